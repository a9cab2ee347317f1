import RotationCore
import SQLite
import Scheduling

/// A copy that is being written, with the original attached: nobody reads it until it is whole.
///
/// It has no journal: after a failure its file is of no use, whatever has failed.
struct CopyDraft {
    private let connection: Connection
    private let tables: [CopyTable]
    private let step: () throws -> Void

    /// Opens a draft.
    ///
    /// - Parameters:
    ///   - path: The draft's file; nothing is in it where it is made anew.
    ///   - original: The history's path.
    ///   - step: Called before each bounded step; what it throws ends the work.
    init(path: String, original: String, step: @escaping () throws -> Void) throws {
        self.step = step
        // Who locks the original has the copy wait; the daemon itself is not held up by it.
        connection = try Connection(path: path, mode: .draft, busyTimeout: 500)
        do {
            try connection.attach(readOnly: original, as: "original")
            let kind = try connection.first("PRAGMA original.application_id") { row throws(SQLiteError) in
                try row.get(0, as: Int.self)
            }
            guard kind == Int(MainSchema.migrator.applicationID) else {
                throw Migrator.Failure.foreignDatabase(path: original)
            }
            tables = try CopyTable.all(in: connection)
        } catch {
            connection.close()
            throw error
        }
    }

    func close() {
        connection.close()
    }

    /// Brings the draft up to date with one state of the original.
    ///
    /// - Parameters:
    ///   - scope: What it may lack; nil for all, where nothing is in it.
    ///   - commits: The number of a commit that the original has.
    ///   - isInPlace: Whether the original's path leads to the file that the daemon has open.
    ///   - now: What it says as the time of that state.
    /// - Throws: ``CopyMismatch`` where it is no older state of the same history; ``OriginalAway`` where what was attached is
    ///   not the original.
    func bringUpToDate(
        _ scope: CopyScope?,
        including commits: Int64,
        isInPlace: () -> Bool,
        now: Instant
    ) throws -> HistoryCopy.Standing {
        try connection.transaction(.deferred) {
            // The first to be read: what follows is of this state. A copy that was put in the original's place has the same
            // name, and fewer commits.
            guard try count("SELECT commits FROM original.fence") >= commits else { throw OriginalAway() }
            guard isInPlace(), connection.isAtItsPath("original"), isInPlace() else { throw OriginalAway() }
            if let scope {
                guard try isOlderState else { throw CopyMismatch() }
                try CopyRows(connection: connection, tables: tables, step: step).refresh(scope)
            } else {
                try createSchema()
                for table in tables { try table.append(in: connection, step: step) }
            }
            try connection.run(
                """
                INSERT OR REPLACE INTO main.history_copy (id, history, head, commits, up_to_date_at)
                SELECT 1, history, (SELECT coalesce(max(seq), 0) FROM main.audit_log), commits, ?1 FROM original.fence
                """,
                now
            )
            return try HistoryCopy.standing(in: connection)
        }
    }

    // MARK: Schema

    /// The original's, but for triggers: they guard what is written by others than the copier.
    private func createSchema() throws {
        let statements: [String] = try connection.all(
            """
            SELECT sql FROM original.sqlite_schema
            WHERE sql IS NOT NULL AND type IN ('table', 'index', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
            ORDER BY type = 'view', type = 'index'
            """
        ) { row throws(SQLiteError) in try row.get(0) }
        for statement in statements + [HistoryCopy.schema] { try connection.execute(statement) }
        let version = try connection.first("PRAGMA original.user_version") { row throws(SQLiteError) in
            try row.get(0, as: Int.self)
        }
        try connection.execute("PRAGMA main.user_version = \(version ?? 0)")
        try connection.execute("PRAGMA main.application_id = \(HistoryCopy.migrator.applicationID)")
    }

    /// Whether it is an older state of the same history, in the same schema.
    private var isOlderState: Bool {
        get throws {
            let isThere = try count("SELECT count(*) FROM main.sqlite_schema WHERE name = 'history_copy'") == 1
            guard isThere else { return false }
            let missing = try count(
                """
                SELECT count(*) FROM (
                    SELECT type, name, sql FROM original.sqlite_schema WHERE type <> 'trigger'
                    EXCEPT SELECT type, name, sql FROM main.sqlite_schema
                )
                """
            )
            // The newest line, as an older history that was restored goes on with other ones.
            let same = try count(
                """
                SELECT count(*) FROM main.history_copy AS c JOIN original.fence AS f ON f.history = c.history
                WHERE c.head = 0 OR EXISTS (
                    SELECT 1 FROM main.audit_log AS m JOIN original.audit_log AS o ON o.seq = m.seq AND o.line = m.line
                    WHERE m.seq = c.head
                )
                """
            )
            return missing == 0 && same == 1
        }
    }

    private func count(_ sql: String) throws -> Int64 {
        try connection.first(sql) { row throws(SQLiteError) in try row.get(0) } ?? 0
    }
}

/// The file at the original's path is not the one that the daemon has open: the storage's problem, and not the copy's.
struct OriginalAway: Error {}
