/// A table of keys in the documentation.
struct KeyTable {
    /// A row of the table.
    struct Row {
        /// The key's path.
        var path: String
        /// The form of its value, in the words of the errors about it.
        var form: String
        /// The default; nil for none.
        var standard: String?
        var isRequired = false
        var meaning: String
    }

    var rows: [Row]

    /// The table in Markdown.
    var text: String {
        "| key | value | default | meaning |\n| --- | --- | --- | --- |\n" + rows.map(Self.line).joined()
    }

    private static func line(_ row: Row) -> String {
        let standard = row.isRequired ? "required" : row.standard.map { "`\($0)`" } ?? ""
        let cells = ["`\(row.path)`", form(row.form), standard, row.meaning].map { $0.replacing("|", with: "\\|") }
        return "| \(cells.joined(separator: " | ")) |\n"
    }

    /// A form without the examples of durations, which the page explains once.
    private static func form(_ text: String) -> String {
        text.replacing(", such as 500ms, 30s, 5m, 12h, 30d or 2w", with: "")
    }
}
