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
        self.init(request: taken.id, secret: taken.secret, state: "", isOver: false)
        take(stored.progress)
    }
}
