/// The format of exported entries.
package enum ExportFormat: String, CaseIterable, Sendable {
    /// JSON Lines: exactly the bytes of the log's leaves, one a line, so that the export can be verified.
    case jsonl
    /// Comma-separated values (RFC 4180), for spreadsheets.
    case csv
    /// One event of the Open Cybersecurity Schema Framework a line (<https://schema.ocsf.io>, 1.3.0), for SIEM systems.
    case ocsf
}
