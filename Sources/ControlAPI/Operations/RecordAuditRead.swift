package import RotationCore

/// Records in the history that its caller has read it.
package struct RecordAuditRead: ControlOperation {
    package static let path = "audit/record"
    package static let right = Right.look

    /// What the caller did.
    package enum Reading: Codable, Hashable, Sendable {
        case exported(Audit.AuditExported)
        case verified(Audit.AuditVerified)
    }

    package var reading: Reading

    package init(_ reading: Reading) {
        self.reading = reading
    }

    /// Nothing is answered but that the entry is durable.
    package struct Answer: Codable, Hashable, Sendable {
        package init() {}
    }
}
