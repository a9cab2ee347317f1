import CSQLite
import Glibc

/// One connection to one database file.
///
/// Not `Sendable`: SQLite is opened with `SQLITE_OPEN_NOMUTEX`, so its owner (an actor on a ``DatabaseExecutor``, or a
/// single task) must serialise all use. Prepared statements are cached.
package final class Connection {
    /// How a file is opened.
    package enum Mode: Sendable {
        /// Reads only; the file must exist.
        case readOnly
        /// Reads and writes; the file must exist.
        case readWrite
        /// Reads and writes; a missing file is created.
        case create
        /// Reads and writes a file that no other process has open and that can be built again; a missing file is
        /// created.
        ///
        /// Nothing is journalled or synced, so after a failed statement the file must be discarded. Foreign keys are not
        /// enforced: rows come from another database.
        case draft
    }

    private(set) var handle: OpaquePointer?
    private var statements: [StatementKey: OpaquePointer] = [:]
    /// The file's path as it was given.
    package let path: String
    /// The current wait for another connection's lock.
    package let lockWait: LockWait
    /// Whether ``savepoint(_:)`` opens savepoints.
    var opensSavepoints = true
    /// Whether one that was not opened was needed in the present transaction.
    var isSavepointMissing = false

    /// Opens a file and applies the settings that all our databases share.
    ///
    /// WAL with `synchronous=FULL`: a commit that has returned is on disk. `secure_delete`: deleted bytes are
    /// overwritten. `trusted_schema=OFF` and the defensive flag: a file from another program can't make us run its
    /// functions. Persistent WAL: the -wal and -shm files stay, so that readers without write permission to the folder
    /// can open the database.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - mode: How to open it.
    ///   - busyTimeout: How long to wait for another connection's lock, in milliseconds.
    /// - Throws: `SQLiteError`, with the path as its operation.
    package init(path: String, mode: Mode, busyTimeout: Int32 = 5000) throws(SQLiteError) {
        self.path = path
        lockWait = LockWait(path: path, limit: .milliseconds(busyTimeout))
        let access =
            switch mode {
            case .readOnly: SQLITE_OPEN_READONLY
            case .readWrite: SQLITE_OPEN_READWRITE
            case .create: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
            case .draft: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_URI
            }
        guard !Self.isFolder(path) else {
            throw SQLiteError(code: .cannotOpen, message: "it is a folder", operation: "open", path: path)
        }
        var handle: OpaquePointer?
        let flags = access | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_NOFOLLOW
        let status = sqlite3_open_v2(Self.resolvingFolder(of: path), &handle, flags, nil)
        guard status == SQLITE_OK, let handle else {
            var error = SQLiteError(connection: handle, status: status, operation: "open \(path)")
            error.path = path
            sqlite3_close_v2(handle)
            throw error
        }
        self.handle = handle
        lockWait.install(on: handle)
        do {
            try configure(mode: mode)
        } catch {
            close()
            throw error
        }
    }

    deinit {
        close()
    }

    private static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// The path with its folder's symbolic links resolved.
    ///
    /// SQLite's NOFOLLOW refuses a link in any part of the path, and systemd's state folders are such links. Only the
    /// file itself must not be a link.
    static func resolvingFolder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return path }
        guard let folder = realpath(String(path[...slash]), nil) else { return path }
        defer { free(folder) }
        return String(cString: folder) + path[slash...]
    }

    /// Finalises all statements and closes the file; nothing can be run afterwards.
    package func close() {
        for statement in statements.values { sqlite3_finalize(statement) }
        statements = [:]
        if let handle { sqlite3_close_v2(handle) }
        handle = nil
    }

    private func configure(mode: Mode) throws(SQLiteError) {
        // The defensive flag would forbid it.
        if mode == .draft { try execute("PRAGMA main.journal_mode = OFF") }
        csqlite_db_config_flag(handle, SQLITE_DBCONFIG_DEFENSIVE, 1)
        csqlite_db_config_flag(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0)
        try execute("PRAGMA trusted_schema = OFF")
        try execute("PRAGMA foreign_keys = ON")
        guard mode != .readOnly else {
            try execute("PRAGMA query_only = ON")
            return
        }
        guard mode != .draft else { return try configureDraft() }
        try execute("PRAGMA secure_delete = ON")
        let journal: String? = try first("PRAGMA journal_mode = WAL") { row throws(SQLiteError) in try row.get(0) }
        guard journal == "wal" else {
            throw SQLiteError(
                code: .cannotOpen,
                message: "no WAL here: \(journal ?? "")",
                operation: "open",
                path: path
            )
        }
        try execute("PRAGMA synchronous = FULL")
        var persist: Int32 = 1
        sqlite3_file_control(handle, "main", SQLITE_FCNTL_PERSIST_WAL, &persist)
    }

    // MARK: Statements

    /// Runs SQL without values and results; several statements may be separated by semicolons.
    package func execute(_ sql: String) throws(SQLiteError) {
        guard handle != nil else { throw SQLiteError(code: .misuse, message: "the database is closed", operation: sql) }
        let status = sqlite3_exec(handle, sql, nil, nil, nil)
        lockWait.end()
        guard status == SQLITE_OK else { throw SQLiteError(connection: handle, status: status, operation: sql) }
    }

    /// Runs one statement that returns no rows.
    ///
    /// - Returns: The number of changed rows.
    @discardableResult
    package func run(_ sql: String, _ values: (any ColumnValue)...) throws(SQLiteError) -> Int {
        try run(sql, values)
    }

    /// Runs one statement that answers no rows.
    ///
    /// - Returns: How many rows it changed.
    @discardableResult
    package func run(_ sql: String, _ values: [any ColumnValue]) throws(SQLiteError) -> Int {
        guard handle != nil else { throw SQLiteError(code: .misuse, message: "the database is closed", operation: sql) }
        // sqlite3_changes counts for the last statement that changed rows, which may be an earlier one.
        let before = totalChanges
        try each(sql, values) { _ throws(SQLiteError) in }
        return totalChanges == before ? 0 : Int(sqlite3_changes(handle))
    }

    /// Reads all rows of a query.
    package func all<T>(
        _ sql: String,
        _ values: (any ColumnValue)...,
        read: (borrowing Row) throws(SQLiteError) -> T
    ) throws(SQLiteError) -> [T] {
        try all(sql, values, read: read)
    }

    /// Reads all rows of a query.
    package func all<T>(
        _ sql: String,
        _ values: [any ColumnValue],
        read: (borrowing Row) throws(SQLiteError) -> T
    ) throws(SQLiteError) -> [T] {
        var rows: [T] = []
        try each(sql, values) { row throws(SQLiteError) in rows.append(try read(row)) }
        return rows
    }

    /// Reads the first row of a query; nil if there is none.
    package func first<T>(
        _ sql: String,
        _ values: (any ColumnValue)...,
        read: (borrowing Row) throws(SQLiteError) -> T
    ) throws(SQLiteError) -> T? {
        var result: T?
        try withStatement(sql, values) { statement throws(SQLiteError) in
            guard try step(statement, sql) else { return }
            result = try read(Row(statement: statement, sql: sql))
        }
        return result
    }

    /// Calls a closure for each row of a query.
    package func each(
        _ sql: String,
        _ values: [any ColumnValue] = [],
        body: (borrowing Row) throws(SQLiteError) -> Void
    ) throws(SQLiteError) {
        try withStatement(sql, values) { statement throws(SQLiteError) in
            while try step(statement, sql) { try body(Row(statement: statement, sql: sql)) }
        }
    }

    /// Calls a closure for each row of a query; an error of any kind that it throws ends the query.
    package func forEach(
        _ sql: String,
        _ values: [any ColumnValue] = [],
        body: (borrowing Row) throws -> Void
    ) throws {
        var failure: (any Error)?
        try withStatement(sql, values) { statement throws(SQLiteError) in
            while failure == nil, try step(statement, sql) {
                do { try body(Row(statement: statement, sql: sql)) } catch { failure = error }
            }
        }
        if let failure { throw failure }
    }

    private func step(_ statement: OpaquePointer, _ sql: String) throws(SQLiteError) -> Bool {
        let status = sqlite3_step(statement)
        lockWait.end()
        switch status {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default: throw SQLiteError(connection: handle, status: status, operation: sql)
        }
    }

    /// Borrows a prepared statement for one run; afterwards it is reset and its values are cleared, even after an
    /// error.
    private func withStatement(
        _ sql: String,
        _ values: [any ColumnValue],
        body: (OpaquePointer) throws(SQLiteError) -> Void
    ) throws(SQLiteError) {
        // Removed from the cache while it runs: a nested use of the same SQL prepares its own statement.
        let statement: OpaquePointer
        if let kept = statements.removeValue(forKey: StatementKey(sql: sql)) {
            statement = kept
        } else {
            statement = try prepare(sql)
        }
        defer {
            sqlite3_reset(statement)
            sqlite3_clear_bindings(statement)
            if let twin = statements.updateValue(statement, forKey: StatementKey(sql: sql)) { sqlite3_finalize(twin) }
        }
        guard Int(sqlite3_bind_parameter_count(statement)) == values.count else {
            throw SQLiteError(code: .misuse, message: "got \(values.count) values", operation: sql)
        }
        for (index, value) in values.enumerated() {
            let status = bind(value.column, to: statement, at: Int32(index + 1))
            guard status == SQLITE_OK else { throw SQLiteError(connection: handle, status: status, operation: sql) }
        }
        try body(statement)
    }

    private func prepare(_ sql: String) throws(SQLiteError) -> OpaquePointer {
        guard handle != nil else { throw SQLiteError(code: .misuse, message: "the database is closed", operation: sql) }
        var statement: OpaquePointer?
        let (status, hasMore) = sql.withCString { text in
            var rest: UnsafePointer<CChar>?
            let flags = UInt32(SQLITE_PREPARE_PERSISTENT)
            let status = sqlite3_prepare_v3(handle, text, -1, flags, &statement, &rest)
            return (status, rest.map { !String(cString: $0).allSatisfy { $0.isWhitespace || $0 == ";" } } ?? false)
        }
        guard status == SQLITE_OK else { throw SQLiteError(connection: handle, status: status, operation: sql) }
        guard let statement, !hasMore else {
            sqlite3_finalize(statement)
            throw SQLiteError(code: .misuse, message: "expected one statement", operation: sql)
        }
        return statement
    }

    private func bind(_ value: Value, to statement: OpaquePointer, at index: Int32) -> Int32 {
        switch value {
        case .null:
            return sqlite3_bind_null(statement, index)
        case .integer(let integer):
            return sqlite3_bind_int64(statement, index, integer)
        case .real(let real):
            return sqlite3_bind_double(statement, index, real)
        case .text(var text):
            return text.withUTF8 { bytes in
                bytes.withMemoryRebound(to: CChar.self) {
                    // A null pointer would bind NULL, so an empty text needs an address too.
                    csqlite_bind_text_transient(statement, index, $0.baseAddress ?? emptyText, Int32($0.count))
                }
            }
        case .blob(let bytes) where bytes.isEmpty:
            return sqlite3_bind_zeroblob(statement, index, 0)
        case .blob(let bytes):
            return bytes.withUnsafeBytes {
                csqlite_bind_blob_transient(statement, index, $0.baseAddress, Int32($0.count))
            }
        }
    }

    private var emptyText: UnsafePointer<CChar> {
        // sqlite3_libversion returns a pointer that is valid for the lifetime of the program.
        sqlite3_libversion()
    }

    // MARK: State

    /// How many rows were changed since the database was opened, by triggers and foreign keys, too.
    var totalChanges: Int64 { sqlite3_total_changes64(handle) }

    /// Whether a transaction is open.
    package var isInTransaction: Bool {
        handle != nil && sqlite3_get_autocommit(handle) == 0
    }

    /// The database's files with their current identity; nil if the path leads to another file than the open one.
    ///
    /// Call this after a read or write: only then do the -wal and the -shm exist.
    package var files: DatabaseFiles? {
        guard handle != nil else { return nil }
        let files = DatabaseFiles(path: path)
        return isAtItsPath("main") ? files : nil
    }

    /// Whether the path of a database leads to the file that is open.
    ///
    /// - Parameter schema: The database's name in SQL.
    package func isAtItsPath(_ schema: String) -> Bool {
        var hasMoved: Int32 = 1
        let status = sqlite3_file_control(handle, schema, SQLITE_FCNTL_HAS_MOVED, &hasMoved)
        return status == SQLITE_OK && hasMoved == 0
    }

    /// Checkpoints and truncates the WAL, so that deleted bytes leave the -wal file.
    ///
    /// - Returns: false if a reader blocked the checkpoint.
    package func truncateWAL() throws(SQLiteError) -> Bool {
        let busy: Int? = try first("PRAGMA wal_checkpoint(TRUNCATE)") { row throws(SQLiteError) in try row.get(0) }
        return busy == 0
    }
}

/// A statement's text as a key, with a fast hash of its length and last bytes; equality compares the whole text.
private struct StatementKey: Hashable {
    let sql: String

    func hash(into hasher: inout Hasher) {
        var sql = sql
        sql.withUTF8 { bytes in
            hasher.combine(bytes.count)
            hasher.combine(bytes: UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: bytes.suffix(24))))
        }
    }
}
