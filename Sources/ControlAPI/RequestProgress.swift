package import RotationCore
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

    package init(
        request: RotationID,
        secret: SecretName,
        rotation: RotationID? = nil,
        state: String,
        attempts: Int = 0,
        isOver: Bool
    ) {
        (self.request, self.secret, self.rotation) = (request, secret, rotation)
        (self.state, self.attempts, self.isOver) = (state, attempts, isOver)
    }
}
