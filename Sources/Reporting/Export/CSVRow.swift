package import RotationStore

/// Entries as comma-separated values: RFC 4180, with CRLF.
package enum CSVRow {
    /// The names of the columns.
    package static let header = [
        "seq", "time", "event", "hub", "alias", "rotation", "trigger", "actor_kind", "actor_name", "actor_uid",
        "detail",
        "host", "boot", "version",
    ]

    /// An entry's cells, in the order of the columns.
    package static func cells(_ entry: LoggedEntry) -> [String] {
        [
            "\(entry.seq)", entry.time, entry.event, entry.hub, entry.alias, entry.rotation, entry.trigger,
            entry.actorKind, entry.actorName, entry.actorUID.map { "\($0)" }, entry.detail, entry.host, entry.boot,
            entry.version,
        ].map { $0 ?? "" }
    }

    /// A row, without the newline of its end.
    package static func text(_ cells: [String]) -> String {
        cells.map(escaped).joined(separator: ",") + "\r"
    }

    /// A cell that no spreadsheet takes for a formula: one that begins like one gets an apostrophe first
    /// (<https://owasp.org/www-community/attacks/CSV_Injection>).
    private static func escaped(_ cell: String) -> String {
        let safe = cell.unicodeScalars.first.map(beginsFormula) ?? false ? "'" + cell : cell
        guard safe.unicodeScalars.contains(where: { "\",\r\n'\t".unicodeScalars.contains($0) }) else { return safe }
        return "\"" + safe.replacing("\"", with: "\"\"") + "\""
    }

    private static func beginsFormula(_ scalar: Unicode.Scalar) -> Bool {
        // The full-width forms count as well in some spreadsheets.
        "=+-@\t\r\n|%\u{FF1D}\u{FF0B}\u{FF0D}\u{FF20}".unicodeScalars.contains(scalar)
    }
}
