/// Accepts a history that is older than the newest one, by a person's decision.
package struct AcceptRestore: ControlOperation {
    package static let path = "restore/accept"
    package static let right = Right.edit
    package var reason: String

    package init(reason: String) {
        self.reason = reason
    }

    /// The reason, as a text, why nothing was rotated before.
    package struct Answer: Codable, Hashable, Sendable {
        package var held: String

        package init(held: String) {
            self.held = held
        }
    }
}
