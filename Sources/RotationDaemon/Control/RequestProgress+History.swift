import ControlAPI
import RotationCore
import RotationStore

extension RequestProgress {
    /// Reads how a request stands.
    init(of taken: RequestRotations.Taken, in history: History) throws {
        guard let stored = try history.rotation(serving: taken.id) else {
            let isOver = try !history.hasRequest(taken.id)
            let state = isOver ? "dropped" : "queued"
            self.init(request: taken.id, secret: taken.secret, state: state, isOver: isOver)
            return
        }
        let rotation = stored.rotation
        let isUnfinished = rotation.state.isFinishLeft
        // A parked rotation waits for a person; a finish that failed, until its cause is mended.
        let isParked = if case .parked = rotation.state.phase { true } else { false }
        self.init(
            request: taken.id,
            secret: taken.secret,
            rotation: rotation.id,
            state: rotation.state.phaseName,
            attempts: rotation.state.tally.attempts,
            isOver: isParked || stored.closedAt != nil || isUnfinished
        )
        outcome = stored.storedOutcome
        error = stored.error
        errorText = stored.failure?.text
        self.isUnfinished = isUnfinished
        nextTry = stored.endedAt == nil ? rotation.state.wakeAt : nil
    }
}
