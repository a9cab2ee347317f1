import Glibc
import SQLite
package import TransparencyLog

/// What a witness remembers: the head of each log that it cosigned last.
///
/// A request is compared with the head, and the head replaced, in one transaction that holds the write lock from its start.
/// Only after its commit, which is on the disk then, a cosignature is made: neither a crash nor two requests at once, even by
/// two processes, lead to cosignatures of a fork.
package actor WitnessHeads {
    private let executor = DatabaseExecutor(label: "secret-rotator.witness")
    private let connection: Connection

    package nonisolated var unownedExecutor: UnownedSerialExecutor {
        executor.asUnownedSerialExecutor()
    }

    /// Checkpoints of a log that are kept as evidence, at most: who repeats them must not fill the disk.
    private static let evidenceLimit = 100

    /// Opens the database, and makes it (mode 0600) where it is missing.
    ///
    /// - Throws: `SQLiteError`, or `Migrator.Failure` for a file that is newer or not a witness's.
    package init(path: String) throws {
        let file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        if file >= 0 { Glibc.close(file) }
        connection = try WitnessSchema.migrator.open(path, mode: .create)
    }

    /// The result of a request.
    package enum Outcome: Hashable, Sendable {
        /// The head is durable, and this is its cosignature.
        case cosigned(NoteSignature)
        /// Nothing has changed.
        case refused(WitnessDecision.Refusal)
    }

    /// Decides about a request; makes its head durable, and cosigns it.
    ///
    /// - Parameters:
    ///   - logKeys: The keys of all known logs.
    ///   - time: The clock, in seconds since 1970; it is read on this actor's queue, so that a later head has no earlier time.
    package func submit(
        _ request: AddCheckpointRequest,
        logKeys: [VerifierKey],
        key: CosignatureKey,
        time: @Sendable () -> UInt64
    ) throws -> Outcome {
        let now = time()
        let decision = try connection.transaction {
            let known = try head(of: request.checkpoint.checkpoint.origin)
            let decision = WitnessDecision.decide(request, known: known, logKeys: logKeys)
            switch decision {
            case .cosign(let checkpoint): try setHead(checkpoint, now)
            case .refuse(let refusal): if refusal.mayShowMisbehaviour { try keep(request.checkpoint, now) }
            }
            return decision
        }
        switch decision {
        case .cosign(let checkpoint): return .cosigned(try key.cosign(checkpoint, at: now))
        case .refuse(let refusal): return .refused(refusal)
        }
    }

    /// The head of a log; nil where it has none yet.
    package func head(of origin: OctetString) throws -> WitnessDecision.Head? {
        let row = try connection.first("SELECT size, root FROM heads WHERE origin = ?1", origin.bytes) {
            row throws(SQLiteError) in (size: try row.get(0, as: Int64.self), root: try row.get(1, as: [UInt8].self))
        }
        return row.flatMap { row in
            MerkleHash(bytes: row.root).map { WitnessDecision.Head(size: UInt64(clamping: row.size), root: $0) }
        }
    }

    private func setHead(_ checkpoint: Checkpoint, _ now: UInt64) throws(SQLiteError) {
        try connection.run(
            """
            INSERT INTO heads (origin, size, root, cosigned_at) VALUES (?1, ?2, ?3, ?4)
            ON CONFLICT (origin) DO UPDATE SET size = ?2, root = ?3, cosigned_at = ?4
            """,
            checkpoint.origin.bytes,
            Int64(clamping: checkpoint.size),
            checkpoint.root.bytes,
            Int64(clamping: now)
        )
    }

    /// Keeps what may show that a log has forked.
    private func keep(_ signed: SignedCheckpoint, _ now: UInt64) throws(SQLiteError) {
        try connection.run(
            """
            INSERT OR IGNORE INTO refused_checkpoints (origin, size, root, refused_at, note) SELECT ?1, ?2, ?3, ?4, ?5
            WHERE (SELECT count(*) FROM refused_checkpoints WHERE origin = ?1) < \(Self.evidenceLimit)
            """,
            signed.checkpoint.origin.bytes,
            Int64(clamping: signed.checkpoint.size),
            signed.checkpoint.root.bytes,
            Int64(clamping: now),
            signed.bytes
        )
    }

    /// Closes the file; nothing can be called after it.
    package func close() {
        connection.close()
    }
}
