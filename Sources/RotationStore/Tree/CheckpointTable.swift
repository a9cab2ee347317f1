import RotationCore
import SQLite
import Scheduling
import TransparencyLog

/// Reads and writes the table `audit_checkpoints`: the heads of the log that were signed.
enum CheckpointTable {
    static func insert(_ signed: SignedCheckpoint, at now: Instant, in connection: Connection) throws(SQLiteError) {
        try connection.run(
            "INSERT OR IGNORE INTO audit_checkpoints (size, signed_at, note) VALUES (?1, ?2, ?3)",
            Int64(clamping: signed.checkpoint.size),
            now,
            String(decoding: signed.bytes, as: UTF8.self)
        )
    }

    /// The notes of all checkpoints, the smallest first.
    static func all(in connection: Connection) throws(SQLiteError) -> [(size: Int64, note: [UInt8])] {
        try connection.all("SELECT size, note FROM audit_checkpoints ORDER BY size, signed_at") {
            row throws(SQLiteError) in
            (size: try row.get(0), note: Array(try row.get(1, as: String.self).utf8))
        }
    }

    /// The notes of the checkpoints of so many entries, the oldest first.
    static func all(of size: Int64, in connection: Connection) throws(SQLiteError) -> [[UInt8]] {
        try connection.all("SELECT note FROM audit_checkpoints WHERE size = ?1 ORDER BY signed_at", size) {
            row throws(SQLiteError) in Array(try row.get(0, as: String.self).utf8)
        }
    }

    /// The newest checkpoint of at least so many entries that a quorum of witnesses has cosigned, with its cosignatures; where
    /// there is none, the newest one; nil for none.
    static func proving(
        _ size: Int64,
        _ quorum: WitnessQuorum,
        in connection: Connection
    ) throws(SQLiteError) -> SignedCheckpoint? {
        let keys = JSONValue.array(quorum.members.map { .string($0.key.description) }).canonicalText
        let note: String? = try connection.first(
            """
            SELECT c.note FROM audit_checkpoints AS c WHERE c.size >= ?1
            ORDER BY (
                SELECT count(DISTINCT s.witness) FROM audit_cosignatures AS s
                WHERE s.size = c.size AND s.witness IN (SELECT value FROM json_each(?2))
            ) >= ?3 DESC, c.size DESC, c.signed_at DESC LIMIT 1
            """,
            size,
            keys,
            quorum.threshold
        ) { row throws(SQLiteError) in try row.get(0) }
        guard let signed = note.flatMap({ try? SignedCheckpoint(Array($0.utf8)) }) else { return nil }
        return try WitnessTable.cosigned(signed, in: connection)
    }

    /// The newest checkpoint of at least so many entries; nil for none.
    static func newest(from size: Int64 = 0, in connection: Connection) throws(SQLiteError) -> SignedCheckpoint? {
        let note: String? = try connection.first(
            "SELECT note FROM audit_checkpoints WHERE size >= ?1 ORDER BY size DESC, signed_at DESC LIMIT 1",
            size
        ) { row throws(SQLiteError) in try row.get(0) }
        return note.flatMap { try? SignedCheckpoint(Array($0.utf8)) }
    }
}
