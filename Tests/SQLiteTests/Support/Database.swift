import SQLite
import TestSupport

/// Opens a new database in a folder of its own, and closes it after the closure.
@discardableResult
func withDatabase<T>(
    _ schema: String = "",
    busyTimeout: Int32 = 0,
    _ body: (Connection, TemporaryFolder) throws -> T
) async throws -> T {
    try await TemporaryFolder.with { folder in
        let connection = try Connection(path: folder.file("db"), mode: .create, busyTimeout: busyTimeout)
        defer { connection.close() }
        try connection.execute(schema)
        return try body(connection, folder)
    }
}

extension Connection {
    /// The first column of a query's first row.
    func value<T: ColumnValue>(_ sql: String, as type: T.Type = T.self) throws(SQLiteError) -> T? {
        try first(sql) { row throws(SQLiteError) in try row.get(0, as: T.self) }
    }

    /// The first column of all rows of a query.
    func column<T: ColumnValue>(_ sql: String, as type: T.Type = T.self) throws(SQLiteError) -> [T] {
        try all(sql) { row throws(SQLiteError) in try row.get(0, as: T.self) }
    }
}
