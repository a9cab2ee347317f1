import RotationCore
import SQLite
import TransparencyLog

/// Appends to and reads the table `audit_log`.
enum AuditTable {
    /// Appends an entry with the next sequence number, and its leaf to the tree; the caller's transaction makes both durable
    /// together with what the entry records.
    ///
    /// - Parameter frontier: The tree's right edge, which the caller writes before the commit.
    /// - Returns: The entry as it was written.
    /// - Throws: `SQLiteError`; ``RotationCore/AuditLineTooLong``.
    static func append(
        _ entry: AuditEntry,
        to frontier: inout MerkleFrontier,
        origin: AuditOrigin,
        in connection: Connection
    ) throws -> Commit.Entry {
        let seq = Int64(clamping: frontier.size) + 1
        let line = entry.line(seq: seq, origin: origin)
        guard line.utf8.count <= LeafLineHasher.maximumLineLength else { throw AuditLineTooLong(event: entry.event) }
        let leaf = MerkleHash.leaf(line)
        try connection.run("INSERT INTO audit_log (seq, line) VALUES (?1, ?2)", seq, line)
        try TreeTable.append(leaf, seq: seq, in: connection)
        frontier.append(leaf)
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
