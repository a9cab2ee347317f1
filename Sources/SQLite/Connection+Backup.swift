import CSQLite

/// Copies of whole databases, by SQLite's online backup API (<https://sqlite.org/backup.html>).
extension Connection {
    /// Replaces the content of this database by that of another one.
    ///
    /// - Parameter source: The other one, in a read transaction: what others commit meanwhile is not copied, and does not make
    ///   it begin anew.
    package func copyAll(from source: Connection) throws(SQLiteError) {
        let operation = "copy \(source.path)"
        guard let backup = sqlite3_backup_init(handle, "main", source.handle, "main") else {
            throw SQLiteError(connection: handle, status: sqlite3_errcode(handle), operation: operation)
        }
        var status = SQLITE_OK
        while status == SQLITE_OK { status = sqlite3_backup_step(backup, Self.pagesAtOnce) }
        let result = sqlite3_backup_finish(backup)
        guard status == SQLITE_DONE, result == SQLITE_OK else {
            let code = status == SQLITE_DONE ? result : status
            throw SQLiteError(connection: handle, status: code, operation: operation)
        }
    }

    private static let pagesAtOnce: Int32 = 1024
}
