import ControlAPI
import RotationCore
import RotationStore

extension RequestProgress {
    /// Reads the progress of a request.
    init(of accepted: RequestRotations.Accepted, in history: History) throws {
        guard let stored = try history.rotation(serving: accepted.id) else {
            let isOver = try !history.hasRequest(accepted.id)
            let state = isOver ? "dropped" : "queued"
            self.init(request: accepted.id, secret: accepted.secret, state: state, isOver: isOver)
            return
        }
        self.init(request: accepted.id, secret: accepted.secret, state: "", isOver: false)
        take(stored.progress)
    }
}
