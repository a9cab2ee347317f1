/// Records that another key signs the history's checkpoints.
package struct ChangeAuditKey: ControlOperation {
    package static let path = "audit/change-key"
    package static let right = Right.edit
    /// The new verifier key.
    package var key: String
    /// The statement of the change, signed by the new key: a C2SP signed note.
    package var statement: String
    /// Why the former key can't sign; nil where it signs as well.
    package var reason: String?

    package init(key: String, statement: String, reason: String?) {
        self.key = key
        self.statement = statement
        self.reason = reason
    }

    /// Nothing is answered but that the change is recorded.
    package struct Answer: Codable, Hashable, Sendable {
        package init() {}
    }
}
