import SQLite

/// A table of the original, as its schema describes it: whatever columns it gets, they are copied.
struct CopyTable {
    let name: String
    /// The primary key's columns.
    let key: [String]
    /// Both without generated columns.
    private let columns, selection: String

    /// The tables of the original that is attached to a connection.
    static func all(in connection: Connection) throws -> [CopyTable] {
        let names: [String] = try connection.all(
            "SELECT name FROM original.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
        ) { row throws(SQLiteError) in try row.get(0) }
        return try names.map { try CopyTable($0, in: connection) }
    }

    private init(_ name: String, in connection: Connection) throws {
        let columns = try connection.all(
            "SELECT name, type, pk FROM pragma_table_xinfo(?1, 'original') WHERE hidden = 0 ORDER BY cid",
            name
        ) { row throws(SQLiteError) in
            (
                name: try row.get(0, as: String.self), type: try row.get(1, as: String.self),
                key: try row.get(2, as: Int.self)
            )
        }
        self.name = name
        key = columns.filter { $0.key > 0 }.sorted { $0.key < $1.key }.map(\.name)
        self.columns = columns.map { "\"\($0.name)\"" }.joined(separator: ", ")
        // Keyed fingerprints of values are the history's only blobs. An auditor can't check them without the key, and who gets
        // hold of the key could hold guesses against them: a byte says that there is one, as the tables' conditions ask.
        selection = columns.map { $0.type == "BLOB" ? Self.placeholder($0.name) : "\"\($0.name)\"" }
            .joined(separator: ", ")
    }

    /// SQL that stands for a fingerprint.
    private static func placeholder(_ column: String) -> String {
        "CASE WHEN \"\(column)\" IS NOT NULL THEN x'00' END"
    }

    /// Adds rows of the original.
    func insert(_ condition: String = "true", in connection: Connection) throws(SQLiteError) {
        try connection.run(
            "INSERT INTO main.\"\(name)\" (\(columns)) SELECT \(selection) FROM original.\"\(name)\" WHERE \(condition)"
        )
    }

    /// Has rows as the original has them, those that it does not have any more included.
    func replace(_ condition: String, in connection: Connection) throws(SQLiteError) {
        try connection.run("DELETE FROM main.\"\(name)\" WHERE \(condition)")
        try insert(condition, in: connection)
    }

    /// Compares all rows, and writes those that differ.
    func compare(in connection: Connection) throws(SQLiteError) {
        let isSame = key.map { "o.\"\($0)\" = m.\"\($0)\"" }.joined(separator: " AND ")
        try connection.run(
            """
            DELETE FROM main.\"\(name)\" AS m
            WHERE NOT EXISTS (SELECT 1 FROM original.\"\(name)\" AS o WHERE \(isSame))
            """
        )
        try connection.run(
            """
            INSERT OR REPLACE INTO main.\"\(name)\" (\(columns))
            SELECT \(selection) FROM original.\"\(name)\" EXCEPT SELECT \(columns) FROM main.\"\(name)\"
            """
        )
    }
}
