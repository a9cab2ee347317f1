package import RotationCore
package import RotationStore
package import Scheduling

/// How a request stands: what `rotate-now --wait` shows, one line for each change.
package struct RequestProgress: Codable, Hashable, Sendable {
    package var request: RotationID
    package var secret: SecretName
    /// The rotation that serves it; nil while it waits for one.
    package var rotation: RotationID?
    /// `queued`, a phase of the rotation, or `dropped` where its schedule was removed.
    package var state: String
    /// Attempts so far.
    package var attempts: Int
    /// When the next try is; nil for now.
    package var nextTry: Instant?
    /// `succeeded`, `failed` or `abandoned`; nil while that is open.
    package var outcome: String?
    /// The class of what it failed for.
    package var error: String?
    /// What it failed for, for people.
    package var errorText: String?
    /// Whether it has succeeded, and its old credential is not retired.
    package var isUnfinished = false
    /// Whether nothing more will come.
    package var isOver: Bool

    /// Reads how a request stands.
    package init(of taken: RequestRotations.Taken, in history: History) throws {
        request = taken.id
        secret = taken.secret
        attempts = 0
        guard let stored = try history.rotation(serving: taken.id) else {
            isOver = try !history.hasRequest(taken.id)
            state = isOver ? "dropped" : "queued"
            return
        }
        let rotation = stored.rotation
        self.rotation = rotation.id
        attempts = rotation.state.tally.attempts
        outcome = stored.storedOutcome
        error = stored.error
        errorText = stored.failure?.text
        isUnfinished = rotation.state.isFinishLeft
        // A parked rotation waits for a person; a finish that failed, until its cause is mended.
        if case .parked = rotation.state.phase {
            isOver = true
        } else {
            isOver = stored.closedAt != nil || isUnfinished
        }
        nextTry = stored.endedAt == nil ? rotation.state.wakeAt : nil
        state = rotation.state.phaseName
    }
}
