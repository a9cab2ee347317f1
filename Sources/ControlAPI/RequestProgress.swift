package import RotationCore
package import Scheduling

/// The progress of a request, which `rotate-now --wait` shows as one line for each change.
package struct RequestProgress: Codable, Hashable, Sendable {
    package var request: RotationID
    package var secret: SecretName
    /// The rotation that serves it; nil while it waits for one.
    package var rotation: RotationID?
    /// `queued`, a phase of the rotation, or `dropped` where its schedule was removed.
    package var state: String
    /// The number of attempts so far.
    package var attempts: Int
    /// The instant of the next try; nil for now.
    package var nextTry: Instant?
    /// `succeeded`, `failed` or `abandoned`; nil while the rotation is open.
    package var outcome: String?
    /// The class of its error.
    package var error: String?
    /// The error as a text, for people.
    package var errorText: String?
    /// Whether it has succeeded, but its old credential is not retired.
    package var isUnfinished = false
    /// Whether the progress is final.
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
