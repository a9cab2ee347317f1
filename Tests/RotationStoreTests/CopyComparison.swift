import Glibc
import SQLite
import TestSupport

@testable import RotationStore

/// Holds a copy of the history against the original, table by table.
enum CopyComparison {
    /// The tables whose rows differ, where fingerprints are missing; or what else is wrong with the copy.
    static func differences(_ database: String) throws -> [String] {
        let scratch = database + ".compared"
        let connection = try Connection(path: scratch, mode: .draft)
        defer {
            connection.close()
            unlink(scratch)
        }
        try connection.attach(readOnly: database, as: "o")
        try connection.attach(readOnly: HistoryCopy(of: database).path, as: "c")
        let tables: [String] = try connection.all(
            "SELECT name FROM o.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name"
        ) { row throws(SQLiteError) in try row.get(0) }
        var wrong = try tables.filter { try differs($0, connection) }
        let check: [String] = try connection.all("PRAGMA c.integrity_check") { row throws(SQLiteError) in
            try row.get(0)
        }
        if check != ["ok"] { wrong += check }
        return wrong
    }

    private static func differs(_ table: String, _ connection: Connection) throws -> Bool {
        let columns = try connection.all(
            "SELECT name, type FROM pragma_table_xinfo(?1, 'o') WHERE hidden = 0",
            table
        ) { row throws(SQLiteError) in (name: try row.get(0, as: String.self), type: try row.get(1, as: String.self)) }
        let original = columns.map {
            $0.type == "BLOB" && !table.hasPrefix("audit_")
                ? "CASE WHEN \"\($0.name)\" IS NOT NULL THEN x'00' END" : "\"\($0.name)\""
        }.joined(separator: ", ")
        let copy = columns.map { "\"\($0.name)\"" }.joined(separator: ", ")
        let count = try connection.first(
            """
            SELECT (SELECT count(*) FROM (SELECT \(original) FROM o."\(table)" EXCEPT SELECT \(copy) FROM c."\(table)"))
                + (SELECT count(*) FROM (SELECT \(copy) FROM c."\(table)" EXCEPT SELECT \(original) FROM o."\(table)"))
            """
        ) { row throws(SQLiteError) in try row.get(0, as: Int.self) }
        return count != 0
    }
}
