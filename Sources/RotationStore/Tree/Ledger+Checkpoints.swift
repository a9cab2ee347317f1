package import RotationCore
import SQLite
package import Scheduling
package import TransparencyLog

extension Ledger {
    /// Signs the head of the log as the last commit has left it, and keeps the checkpoint.
    ///
    /// A head that this key has signed already is not signed again.
    ///
    /// - Throws: ``RotationCore/HistoryAltered`` or ``UnknownAuditKey``, where nothing is signed; `SigningFailure`.
    package func signCheckpoint(with key: SignedNoteKey, now: Instant) throws -> SignedCheckpoint {
        try transaction {
            // A history that is held must not get a signature that makes it the newest one.
            if let behind = try FenceTable.behind(in: connection) { throw behind }
            try checkAuditKey(key.verifier)
            let frontier = try TreeTable.frontier(in: connection)
            let size = Int64(clamping: frontier.size)
            if let newest = try CheckpointTable.newest(from: size, in: connection),
                newest.checkpoint.root == frontier.root, (try? newest.verify(logKeys: [key.verifier])) != nil
            {
                return newest
            }
            let signed = try key.signCheckpoint(size: frontier.size, root: frontier.root)
            try CheckpointTable.insert(signed, at: now, in: connection)
            recorder.setCheckpoint()
            return signed
        }
    }

    /// Holds the history, audited, unless it extends a checkpoint that was signed before: it is an older copy then, or another
    /// one.
    ///
    /// - Returns: Why it is held; nil where it is not.
    package func holdUnlessExtends(_ checkpoint: Checkpoint, now: Instant) throws -> HistoryBehind? {
        try transaction {
            if let behind = try FenceTable.behind(in: connection) { return behind }
            let (size, entries) = (Int64(clamping: checkpoint.size), try AuditTable.newest(in: connection))
            guard try history.root(of: size) != checkpoint.root else { return nil }
            let behind = HistoryBehind(mark: size, newest: entries, isOther: entries >= size)
            try FenceTable.setBehind(behind, at: now, in: connection)
            try record(AuditEntry(Audit.RestoreHeld(behind), time: now.rfc3339, actor: .daemon))
            return behind
        }
    }
}
