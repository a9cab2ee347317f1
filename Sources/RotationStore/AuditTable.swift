import RotationCore
import SQLite

/// Appends to and reads the table `audit_log`.
enum AuditTable {
    /// Appends an entry with the next sequence number; the caller's transaction makes it durable together with what it
    /// tells of.
    ///
    /// - Returns: The entry as it was written.
    ///
    /// - Parameter last: The number of the newest entry, where it was written in the same transaction; nil to read it.
    static func append(
        _ entry: AuditEntry,
        after last: Int64? = nil,
        origin: AuditOrigin,
        in connection: Connection
    ) throws(SQLiteError) -> Commit.Entry {
        // The triggers forbid deletion of the newest rows, so the highest number was the last one given.
        let newest = if let last { last } else { try newest(in: connection) }
        let seq = newest + 1
        let line = entry.line(seq: seq, origin: origin)
        try connection.run("INSERT INTO audit_log (seq, line) VALUES (?1, ?2)", seq, line)
        return Commit.Entry(seq: seq, line: line)
    }

    /// The number of the newest entry; 0 for none.
    static func newest(in connection: Connection) throws(SQLiteError) -> Int64 {
        let last: Int64?? = try connection.first("SELECT max(seq) FROM audit_log") { row throws(SQLiteError) in
            try row.get(0, as: Int64?.self)
        }
        return (last ?? nil) ?? 0
    }

    /// Hands each line to a closure, the oldest first.
    static func each(after seq: Int64, in connection: Connection, _ body: (String) -> Void) throws(SQLiteError) {
        try connection.each("SELECT line FROM audit_log WHERE seq > ?1 ORDER BY seq", [seq]) {
            row throws(SQLiteError) in body(try row.get(0))
        }
    }
}
