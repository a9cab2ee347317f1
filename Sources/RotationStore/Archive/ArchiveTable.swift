import RotationCore
import SQLite
import Scheduling

/// Reads and writes the table `audit_archives`.
enum ArchiveTable {
    /// The number of the last entry whose line was archived; 0 for none.
    static func newest(in connection: Connection) throws(SQLiteError) -> Int64 {
        try connection.first("SELECT coalesce(max(last_seq), 0) FROM audit_archives") { row throws(SQLiteError) in
            try row.get(0, as: Int64.self)
        } ?? 0
    }

    static func insert(
        _ archive: LogArchive,
        note: [UInt8],
        at now: Instant,
        in connection: Connection
    ) throws(SQLiteError) {
        try connection.run(
            """
            INSERT INTO audit_archives (last_seq, first_seq, archived_at, file, sha256, note)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6)
            """,
            archive.seqs.upperBound,
            archive.seqs.lowerBound,
            now,
            archive.file,
            archive.sha256,
            String(decoding: note, as: UTF8.self)
        )
    }
}

/// A file that has the oldest lines of the log.
package struct LogArchive: Hashable, Sendable {
    /// The entries' numbers.
    package var seqs: ClosedRange<Int64>
    /// The file's name, as the user knows it.
    package var file: String
    /// The SHA-256 of the file, in hexadecimal.
    package var sha256: String

    package init(seqs: ClosedRange<Int64>, file: String, sha256: String) {
        (self.seqs, self.file, self.sha256) = (seqs, file, sha256)
    }
}
