/// Signs the head of the audit log as it is now.
package struct SignCheckpoint: ControlOperation {
    package static let path = "audit/checkpoint"
    package static let right = Right.look

    package init() {}

    /// The checkpoint, as a C2SP signed note.
    package struct Answer: Codable, Hashable, Sendable {
        package var note: String

        package init(note: String) {
            self.note = note
        }
    }
}
