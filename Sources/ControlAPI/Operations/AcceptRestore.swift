/// Goes on with a history that is not the newest one, by a person's decision.
package struct AcceptRestore: ControlOperation {
    package static let path = "restore/accept"
    package static let right = Right.edit
    package var reason: String

    package init(reason: String) {
        self.reason = reason
    }

    /// Why nothing was rotated, in words.
    package struct Answer: Codable, Hashable, Sendable {
        package var held: String

        package init(held: String) {
            self.held = held
        }
    }
}
