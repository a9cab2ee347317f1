extension Audit {
    /// Entries were exported from the history, or a report on them was written.
    package struct AuditExported: AuditEvent {
        package static let name = AuditEventName.auditExported
        package static let scope = AuditScope.daemon

        /// The number of entries.
        package var count: Int
        /// The number of the first entry; absent for none.
        package var firstSeq: Int64?
        /// The file's format: `jsonl`, `csv`, `ocsf`, or `html` for a report.
        package var format: String
        /// The number of the last entry; absent for none.
        package var lastSeq: Int64?
        /// The criteria that chose the entries, as canonical JSON.
        package var query: String
        /// The SHA-256 of the exported bytes, in hexadecimal.
        package var sha256: String

        package init(count: Int, seqs: ClosedRange<Int64>?, format: String, query: String, sha256: String) {
            (self.count, firstSeq, lastSeq) = (count, seqs?.lowerBound, seqs?.upperBound)
            (self.format, self.query, self.sha256) = (format, query, sha256)
        }
    }

    /// The history was verified.
    package struct AuditVerified: AuditEvent {
        package static let name = AuditEventName.auditVerified
        package static let scope = AuditScope.daemon

        /// The number of signed checkpoints that agree with the entries.
        package var checkpoints: Int
        /// The number of entries.
        package var entries: Int64
        /// The number of things that are wrong; 0 for none.
        package var problems: Int
        /// Whether signatures were checked with a verifier key.
        package var signaturesChecked: Bool

        package init(checkpoints: Int, entries: Int64, problems: Int, signaturesChecked: Bool) {
            (self.checkpoints, self.entries) = (checkpoints, entries)
            (self.problems, self.signaturesChecked) = (problems, signaturesChecked)
        }
    }

    /// The oldest lines of the history were moved to a file; their hashes stay in its tree.
    package struct AuditArchived: AuditEvent {
        package static let name = AuditEventName.auditArchived
        package static let scope = AuditScope.daemon

        /// The file's name.
        package var file: String
        /// The number of the first entry.
        package var firstSeq: Int64
        /// The number of the last entry: that many entries have a signed checkpoint.
        package var lastSeq: Int64
        /// The SHA-256 of the file, in hexadecimal.
        package var sha256: String

        package init(seqs: ClosedRange<Int64>, file: String, sha256: String) {
            (firstSeq, lastSeq) = (seqs.lowerBound, seqs.upperBound)
            (self.file, self.sha256) = (file, sha256)
        }
    }

    /// The key that signs checkpoints of the history was changed.
    package struct AuditKeyChanged: AuditEvent {
        package static let name = AuditEventName.auditKeyChanged
        package static let scope = AuditScope.daemon

        /// The new verifier key.
        package var newKey: String
        /// The former verifier key.
        package var oldKey: String
        /// Why the former key could not sign; absent where it has.
        package var reason: String?
        /// A signed note of the change, with the signatures of the new key and, where there is no reason, the former one.
        package var statement: String

        package init(newKey: String, oldKey: String, reason: String?, statement: String) {
            (self.newKey, self.oldKey, self.reason, self.statement) = (newKey, oldKey, reason, statement)
        }
    }
}
