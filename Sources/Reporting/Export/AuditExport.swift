import RotationCore
package import RotationStore
import Scheduling
package import TransparencyLog

/// Writes the entries that a query chooses in one of the formats.
package struct AuditExport {
    private let history: History
    private let query: AuditQuery
    private let format: ExportFormat

    /// Makes an export of entries.
    package init(of query: AuditQuery, from history: History, as format: ExportFormat) {
        (self.query, self.history, self.format) = (query, history, format)
    }

    /// What was written.
    package struct Summary: Hashable, Sendable {
        /// The number of entries.
        package var count = 0
        /// The number of the first entry; nil for none.
        package var first: Int64?
        /// The number of the last entry; nil for none.
        package var last: Int64?
        /// The number of bytes.
        package var bytes = 0
        /// The SHA-256 of the bytes, in hexadecimal.
        package var sha256 = ""
        /// The newest checkpoint that the history has; nil for none.
        package var checkpoint: SignedCheckpoint?

        /// Whether each entry between the first and the last one was written.
        package var isGapless: Bool {
            guard let first, let last else { return true }
            return last - first + 1 == Int64(count)
        }
    }

    /// Writes all entries, of one state of the history.
    ///
    /// - Throws: `OutputFile.Failure`; what reading throws.
    package func write(to file: OutputFile) throws -> Summary {
        var summary = Summary()
        try history.snapshot {
            summary.checkpoint = try history.newestCheckpoint()
            if format == .csv { try file.appendLine(CSVRow.text(CSVRow.header).utf8) }
            switch format {
            case .jsonl:
                try history.eachLine(matching: query) { seq, line in
                    try file.appendLine(line)
                    summary.count(seq)
                }
            case .csv:
                try each(&summary) { try file.appendLine(CSVRow.text(CSVRow.cells($0)).utf8) }
            case .ocsf:
                try each(&summary) { try file.appendLine(OCSFEvent($0).text.utf8) }
            }
        }
        summary.sha256 = try file.finish()
        summary.bytes = file.count
        return summary
    }

    private func each(_ summary: inout Summary, _ write: (LoggedEntry) throws -> Void) throws {
        try history.eachEntry(matching: query) { entry in
            try write(entry)
            summary.count(entry.seq)
        }
    }
}

extension AuditExport.Summary {
    fileprivate mutating func count(_ seq: Int64) {
        count += 1
        first = first ?? seq
        last = seq
    }
}
