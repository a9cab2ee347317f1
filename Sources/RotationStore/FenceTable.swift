import RotationCore
import SQLite
import Scheduling

/// Reads and writes the main database's row of `fence`: which history it is, and whether it was found behind.
enum FenceTable {
    /// What the mark of this history is to say; nil where the history was found behind, and not accepted.
    static func mark(in connection: Connection) throws(SQLiteError) -> Mark.Content? {
        try connection.first(
            "SELECT history, (SELECT coalesce(max(seq), 0) FROM audit_log) FROM fence WHERE behind_since IS NULL"
        ) { row throws(SQLiteError) in Mark.Content(history: try row.get(0), seq: try row.get(1)) }
    }

    /// Why nothing may be rotated by this history; nil where it is the newest one, or was accepted.
    static func behind(in connection: Connection) throws(SQLiteError) -> HistoryBehind? {
        let row = try connection.first(
            "SELECT behind_mark, behind_newest, behind_other FROM fence WHERE behind_since IS NOT NULL"
        ) { row throws(SQLiteError) in
            HistoryBehind(mark: try row.get(0), newest: try row.get(1), isOther: try row.get(2))
        }
        return row
    }

    static func setBehind(_ behind: HistoryBehind, at now: Instant, in connection: Connection) throws(SQLiteError) {
        try connection.run(
            "UPDATE fence SET behind_since = ?1, behind_mark = ?2, behind_newest = ?3, behind_other = ?4",
            now,
            behind.mark,
            behind.newest,
            behind.isOther
        )
    }

    static func clearBehind(in connection: Connection) throws(SQLiteError) {
        try connection.run(
            "UPDATE fence SET behind_since = NULL, behind_mark = NULL, behind_newest = NULL, behind_other = NULL"
        )
    }

    /// The number of the newest commit of the stream.
    static func commits(in connection: Connection) throws(SQLiteError) -> Int64 {
        try connection.first("SELECT commits FROM fence") { row throws(SQLiteError) in try row.get(0) } ?? 0
    }

    /// Counts a commit of the stream.
    ///
    /// - Returns: Its number.
    static func countCommit(in connection: Connection) throws(SQLiteError) -> Int64? {
        try connection.first("UPDATE fence SET commits = commits + 1 RETURNING commits") { row throws(SQLiteError) in
            try row.get(0)
        }
    }
}
