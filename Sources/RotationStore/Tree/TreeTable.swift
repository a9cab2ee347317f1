import RotationCore
import SQLite
import TransparencyLog

/// Reads and writes the tree over the audit log: the tables `audit_leaves` and `audit_tree`.
enum TreeTable {
    /// The tree's right edge, as the last commit has left it.
    ///
    /// - Throws: ``RotationCore/HistoryAltered`` where it does not belong to the log: another program has added or removed
    ///   entries.
    static func frontier(in connection: Connection) throws -> MerkleFrontier {
        let entries = try AuditTable.newest(in: connection)
        guard let frontier = try stored(in: connection) else {
            throw HistoryAltered(path: connection.path, entries: entries, leaves: nil)
        }
        guard frontier.size == UInt64(clamping: entries) else {
            throw HistoryAltered(path: connection.path, entries: entries, leaves: Int64(clamping: frontier.size))
        }
        return frontier
    }

    /// The tree's right edge as it is stored, whether it belongs to the log or not; nil where it can't be read.
    static func stored(in connection: Connection) throws(SQLiteError) -> MerkleFrontier? {
        let bytes = try connection.first("SELECT frontier FROM audit_tree") { row throws(SQLiteError) in
            try row.get(0, as: [UInt8].self)
        }
        return bytes.flatMap(MerkleFrontier.init(bytes:))
    }

    /// The number of the newest leaf; 0 for none.
    static func newestLeaf(in connection: Connection) throws(SQLiteError) -> Int64 {
        try connection.first("SELECT coalesce(max(seq), 0) FROM audit_leaves") { row throws(SQLiteError) in
            try row.get(0, as: Int64.self)
        } ?? 0
    }

    /// Hands the leaf hashes of entries to a closure, in order; one that is no hash is passed over.
    static func eachLeaf(
        of entries: ClosedRange<Int64>,
        in connection: Connection,
        _ body: (MerkleHash) -> Void
    ) throws(SQLiteError) {
        try connection.each(
            "SELECT hash FROM audit_leaves WHERE seq BETWEEN ?1 AND ?2 ORDER BY seq",
            [entries.lowerBound, entries.upperBound]
        ) { row throws(SQLiteError) in
            if let leaf = MerkleHash(bytes: try row.get(0, as: [UInt8].self)) { body(leaf) }
        }
    }

    /// Adds the leaf of an entry.
    static func append(_ leaf: MerkleHash, seq: Int64, in connection: Connection) throws(SQLiteError) {
        try connection.run("INSERT INTO audit_leaves (seq, hash) VALUES (?1, ?2)", seq, leaf.bytes)
    }

    /// Writes the tree's right edge, once for all entries of a transaction.
    static func write(_ frontier: MerkleFrontier, in connection: Connection) throws(SQLiteError) {
        try connection.run("INSERT OR REPLACE INTO audit_tree (id, frontier) VALUES (1, ?1)", frontier.bytes)
    }

    /// Makes the tree of a log that has none: a new one, or one that was written before there were trees.
    static func makeIfMissing(in connection: Connection) throws {
        let isThere = try connection.first("SELECT 1 FROM audit_tree") { row throws(SQLiteError) in
            try row.get(0, as: Int.self)
        }
        guard isThere == nil else { return }
        try connection.transaction {
            var frontier = MerkleFrontier()
            try connection.each("SELECT seq, line FROM audit_log ORDER BY seq") { row throws(SQLiteError) in
                let leaf = MerkleHash.leaf(try row.get(1, as: String.self))
                try append(leaf, seq: try row.get(0), in: connection)
                frontier.append(leaf)
            }
            try write(frontier, in: connection)
        }
    }
}
