/// Deletes the oldest lines of the audit log, which its caller has written to a file, and records where they are.
package struct ArchiveEntries: ControlOperation {
    package static let path = "audit/archive"
    package static let right = Right.edit
    /// The number of the first entry.
    package var first: Int64
    /// The number of the last entry.
    package var last: Int64
    /// The file's name, as the caller knows it.
    package var file: String
    /// The SHA-256 of the lines, with a newline after each, in hexadecimal: the caller has what is deleted.
    package var sha256: String

    package init(_ seqs: ClosedRange<Int64>, file: String, sha256: String) {
        (first, last) = (seqs.lowerBound, seqs.upperBound)
        (self.file, self.sha256) = (file, sha256)
    }

    /// Nothing is answered but that the lines are deleted.
    package struct Answer: Codable, Hashable, Sendable {
        package init() {}
    }

    /// A long log takes some time to read again and to delete.
    package var generatorTimeout: Duration { .seconds(600) }
}
