package import RotationCore
import SQLite
package import Scheduling
import TransparencyLog

extension Ledger {
    /// Records, audited, that the oldest lines are in a file: from now on they may be deleted.
    ///
    /// - Throws: ``NotArchivable``.
    package func recordArchive(_ archive: LogArchive, actor: Actor, now: Instant) throws {
        try transaction {
            let last = archive.seqs.upperBound
            guard archive.seqs.lowerBound == (try ArchiveTable.newest(in: connection)) + 1,
                last < (try AuditTable.newest(in: connection)),
                let signed = try history.checkpoint(of: last)
            else { throw NotArchivable() }
            try ArchiveTable.insert(archive, note: signed.bytes, at: now, in: connection)
            let event = Audit.AuditArchived(seqs: archive.seqs, file: archive.file, sha256: archive.sha256)
            try record(AuditEntry(event, time: now.rfc3339, actor: actor))
        }
    }

    /// Deletes lines that were archived, the oldest first, in a transaction of its own.
    ///
    /// - Parameter limit: The number of lines at most.
    /// - Returns: The number of deleted lines: fewer than `limit` when none is left.
    package func deleteArchived(limit: Int) throws -> Int {
        try transaction {
            try connection.run(
                """
                DELETE FROM audit_log WHERE seq IN (SELECT seq FROM audit_log WHERE seq <= ?1 ORDER BY seq LIMIT ?2)
                """,
                try ArchiveTable.newest(in: connection),
                Int64(limit)
            )
        }
    }
}

/// Entries that are not the next ones up to a signed checkpoint.
package struct NotArchivable: Error, CustomStringConvertible {
    package var description: String {
        "these entries can't be archived: they are not the oldest ones, or no signed checkpoint ends with them"
    }
}
