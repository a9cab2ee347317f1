import SQLite
import Scheduling

/// What a run has left behind, as one number: two runs that differ anywhere differ here.
enum HistoryDigest {
    /// Hashes each row of each table of a history; fingerprints, the history's name and the migrations' instants
    /// are left out, as each run has its own.
    static func of(_ path: String) throws -> UInt64 {
        let connection = try Connection(path: path, mode: .readOnly)
        defer { connection.close() }
        var hash = FNV1a()
        let names = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name"
        for table in try texts(connection, names) {
            let columns = """
                SELECT name FROM pragma_table_info('\(table)')
                WHERE name NOT LIKE '%fingerprint%' AND NOT ('\(table)' = 'fence' AND name = 'history')
                    AND name <> 'applied_at'
                """
            let row = try texts(connection, columns).map { "quote(\"\($0)\")" }.joined(separator: " || ',' || ")
            hash.combine(table)
            for text in try texts(connection, "SELECT \(row) AS row FROM \"\(table)\" ORDER BY row") {
                hash.combine(text)
            }
        }
        return hash.value
    }

    private static func texts(_ connection: Connection, _ sql: String) throws -> [String] {
        try connection.all(sql) { row throws(SQLiteError) in try row.get(0) }
    }
}
