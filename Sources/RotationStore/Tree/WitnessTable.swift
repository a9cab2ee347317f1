import RotationCore
import SQLite
import Scheduling
import TransparencyLog

extension Audit.WitnessFailed.Error: ColumnValue {}

/// Reads and writes the tables `audit_cosignatures` and `audit_witnesses`.
enum WitnessTable {
    static func insert(
        _ cosignature: VerifiedSignature,
        of checkpoint: Checkpoint,
        at now: Instant,
        in connection: Connection
    ) throws(SQLiteError) {
        try connection.run(
            "INSERT OR IGNORE INTO audit_cosignatures (size, witness, cosigned_at, line) VALUES (?1, ?2, ?3, ?4)",
            Int64(clamping: checkpoint.size),
            cosignature.key.description,
            now,
            String(decoding: cosignature.signature.line, as: UTF8.self)
        )
    }

    /// A checkpoint with its cosignatures after the log's own signature.
    ///
    /// Each is verified: one of another history with a checkpoint of this size, or one that was changed, would make readers
    /// reject the whole note.
    static func cosigned(
        _ checkpoint: SignedCheckpoint,
        in connection: Connection
    ) throws(SQLiteError) -> SignedCheckpoint {
        let rows = try connection.all(
            "SELECT witness, line FROM audit_cosignatures WHERE size = ?1 ORDER BY cosigned_at, witness",
            Int64(clamping: checkpoint.checkpoint.size)
        ) { row throws(SQLiteError) in (witness: try row.get(0, as: String.self), line: try row.get(1, as: String.self))
        }
        return rows.reduce(checkpoint) { checkpoint, row in
            (try? VerifierKey(row.witness)).flatMap { adding(row.line, of: $0, to: checkpoint) } ?? checkpoint
        }
    }

    /// A checkpoint with a further cosignature; nil where that is not the witness's.
    static func adding(_ line: String, of witness: VerifierKey, to checkpoint: SignedCheckpoint) -> SignedCheckpoint? {
        guard let signature = NoteSignature(line: line.utf8.prefix { $0 != UInt8(ascii: "\n") }) else { return nil }
        let extended = checkpoint.adding([signature])
        return (try? extended.cosignatures(of: [witness]))?.isEmpty == false ? extended : nil
    }

    /// All stored cosignatures of a witness, those of the smallest checkpoint first.
    static func cosignatures(
        by witness: VerifierKey,
        in connection: Connection
    ) throws(SQLiteError) -> [(size: Int64, line: String)] {
        try connection.all(
            "SELECT size, line FROM audit_cosignatures WHERE witness = ?1 ORDER BY size, cosigned_at",
            witness.description
        ) { row throws(SQLiteError) in (size: try row.get(0), line: try row.get(1)) }
    }

    /// What is known of a witness; nil where it was never asked.
    static func standing(of witness: String, in connection: Connection) throws(SQLiteError) -> WitnessStanding? {
        try connection.first("\(selection) WHERE witness = ?1", witness, read: read)
    }

    /// What is known of all witnesses that were ever asked.
    static func all(in connection: Connection) throws(SQLiteError) -> [WitnessStanding] {
        try connection.all("\(selection) ORDER BY witness", read: read)
    }

    static func write(_ standing: WitnessStanding, in connection: Connection) throws(SQLiteError) {
        try connection.run(
            """
            INSERT OR REPLACE INTO audit_witnesses (witness, size, cosigned_at, failing_since, error)
            VALUES (?1, ?2, ?3, ?4, ?5)
            """,
            standing.witness,
            standing.cosigned?.size,
            standing.cosigned?.at,
            standing.failure?.since,
            standing.failure?.error
        )
    }

    private static let selection = "SELECT witness, size, cosigned_at, failing_since, error FROM audit_witnesses"

    private static func read(_ row: borrowing Row) throws(SQLiteError) -> WitnessStanding {
        var standing = WitnessStanding(witness: try row.get(0))
        if let size = try row.get(1, as: Int64?.self), let at = try row.get(2, as: Instant?.self) {
            standing.cosigned = .init(size: size, at: at)
        }
        if let since = try row.get(3, as: Instant?.self),
            let error = try row.get(4, as: Audit.WitnessFailed.Error?.self)
        {
            standing.failure = .init(since: since, error: error)
        }
        return standing
    }
}
