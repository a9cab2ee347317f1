import Glibc
package import RotationCore
import SQLite
package import Scheduling
package import TransparencyLog

/// A copy of history and candidates in one file, made while a daemon runs or not.
///
/// The mark of the newest entry is not in it: it is outside so that a restored history is found to be behind.
package struct Backup {
    /// What is in a backup.
    package struct Summary: Hashable, Sendable {
        /// When it was made.
        package var madeAt: Instant
        /// The number of the newest entry of the history; 0 for none.
        package var head: Int64
        /// How many sealed candidates it has.
        package var candidates: Int
        /// The verification of its audit log.
        package var problems: [LogVerification.Problem]
    }

    /// Why a file is no backup that can be used.
    package enum Unusable: Error, Hashable, CustomStringConvertible {
        /// Another program's file, or a database.
        case noBackup(path: String)
        /// What SQLite finds wrong with it.
        case damaged(path: String, reason: String)
        /// Its audit log was changed.
        case altered(path: String)

        package var description: String {
            switch self {
            case .noBackup(let path): "\(path) was not written by secret-rotator backup"
            case .damaged(let path, let reason): "\(path) is damaged: \(reason)"
            case .altered(let path):
                "\(path): entries of its audit log were changed, or are missing: use another backup"
            }
        }
    }

    /// Writes a backup, and reads it again.
    ///
    /// - Parameters:
    ///   - database: The history's path.
    ///   - path: The file, which gets its name when it is whole and on the disk; one that is there is replaced then.
    ///   - keys: The log's verifier keys; where none is given, no signature is checked.
    ///   - now: What it says as the time of its state.
    /// - Returns: What is in it. It is written whatever was found in its audit log: a damaged history is worth keeping, too.
    package static func write(
        _ database: String,
        to path: String,
        keys: [VerifierKey],
        generators: any GeneratorRegistry,
        now: Instant
    ) throws -> Summary {
        let draft = "\(path).\(getpid()).part"
        try OwnerOnly.createNew(draft)
        do {
            try fill(draft, from: database, now: now)
            let summary = try check(draft, as: path, keys: keys, generators: generators)
            try CopyFiles.sync(draft)
            guard rename(draft, path) == 0 else { throw CopyFiles.Failure(path, "rename") }
            try CopyFiles.sync(CopyFiles.folder(of: path))
            return summary
        } catch {
            unlink(draft)
            throw error
        }
    }

    private static func fill(_ draft: String, from database: String, now: Instant) throws {
        let source = try BackupSource(database: database)
        defer { source.history.close() }
        let connection = try Connection(path: draft, mode: .draft)
        defer { connection.close() }
        try connection.copyAll(from: source.history)
        try connection.transaction {
            try connection.execute(BackupFormat.schema)
            try connection.run("INSERT INTO backup VALUES (1, ?1, ?2)", now, source.candidates.epoch)
            for row in source.candidates.rows {
                try connection.run(
                    "INSERT INTO backup_candidates VALUES (?1, ?2, ?3)",
                    row.rotation,
                    row.isKept,
                    row.sealed
                )
            }
            try connection.execute("PRAGMA application_id = \(BackupFormat.applicationID)")
        }
        // The history's header says WAL; a backup is one file, and may be on a medium that can't be written.
        try connection.execute("PRAGMA journal_mode = DELETE")
    }

    /// Reads a backup, and verifies it.
    ///
    /// - Throws: ``Unusable`` for a file that is none, or is damaged; not for an audit log that was changed.
    package static func check(
        _ file: String,
        as path: String? = nil,
        keys: [VerifierKey],
        generators: any GeneratorRegistry
    ) throws -> Summary {
        let path = path ?? file
        do {
            let history = try History(reading: file, generators: generators) { connection in
                guard try BackupFormat.applicationID(of: connection) == BackupFormat.applicationID else {
                    throw Unusable.noBackup(path: path)
                }
            }
            defer { history.close() }
            if let damage = try history.damage(isThorough: true).first {
                throw Unusable.damaged(path: path, reason: damage)
            }
            return try summary(of: history, keys)
        } catch let error as SQLiteError where [.corrupt, .notADatabase].contains(error.code) {
            throw error.code == .corrupt
                ? Unusable.damaged(path: path, reason: error.message) : Unusable.noBackup(path: path)
        }
    }

    private static func summary(of history: History, _ keys: [VerifierKey]) throws -> Summary {
        let connection = history.connection
        let found = try connection.first(
            """
            SELECT made_at, (SELECT count(*) FROM backup_candidates), (SELECT coalesce(max(seq), 0) FROM audit_log)
            FROM backup
            """
        ) { row throws(SQLiteError) in
            Summary(madeAt: try row.get(0), head: try row.get(2), candidates: try row.get(1), problems: [])
        }
        guard var summary = found else { throw Unusable.noBackup(path: connection.path) }
        // What a table says beside the log is restored as it was: `audit verify` finds it there, too.
        summary.problems = try history.verify([], keys: keys).problems.filter(\.isOfLog)
        return summary
    }
}
