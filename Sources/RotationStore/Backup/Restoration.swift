import Glibc
package import RotationCore
import SQLite
package import Scheduling
package import TransparencyLog

/// Puts a backup in the place of history and candidates.
///
/// The caller holds the daemon's lock. What was there before is renamed, never deleted, and the mark stays as it is: where it
/// is ahead of the restored history, or there is none, nothing is rotated until a person accepts that.
package struct Restoration {
    private let database: String
    private let generators: any GeneratorRegistry
    private let now: Instant

    /// - Parameter database: The history's path.
    package init(to database: String, generators: any GeneratorRegistry, now: Instant) {
        (self.database, self.generators, self.now) = (database, generators, now)
    }

    /// What has become of a restoration.
    package struct Result: Sendable {
        /// The number of the newest entry of the restored history.
        package var head: Int64
        /// How many sealed candidates were restored.
        package var candidates: Int
        /// The name that the former history has got; nil where there was none.
        package var former: String?
        /// Why the history is held; nil where it is the newest one.
        package var behind: HistoryBehind?
    }

    /// Reads a backup, verifies it, and puts it in place.
    ///
    /// - Parameters:
    ///   - backup: The file.
    ///   - keys: The log's verifier keys; where none is given, no signature is checked.
    ///   - origin: What audit entries say of this process.
    ///   - actor: Who restores.
    /// - Throws: ``Backup/Unusable`` for a file that can't be used; then nothing was changed.
    package func run(
        _ backup: String,
        keys: [VerifierKey],
        origin: AuditOrigin,
        actor: Actor
    ) throws -> Result {
        let summary = try Backup.check(backup, keys: keys, generators: generators)
        guard summary.problems.isEmpty else { throw Backup.Unusable.altered(path: backup) }
        try removeDrafts()
        do { try makeDrafts(backup) } catch {
            try? removeDrafts()
            throw error
        }
        let former = try moveFormerAside()
        try place()
        let behind = try hold(origin, actor)
        return Result(head: summary.head, candidates: summary.candidates, former: former, behind: behind)
    }

    // MARK: Drafts

    private var historyDraft: String { database + ".restoring" }
    private var candidatesDraft: String { RotationStore.candidatesPath(for: historyDraft) }

    private func removeDrafts() throws {
        for draft in [historyDraft, candidatesDraft] {
            for path in [draft, draft + "-wal", draft + "-shm"] where unlink(path) != 0 && errno != ENOENT {
                throw CopyFiles.Failure(path, "remove")
            }
        }
    }

    private func makeDrafts(_ backup: String) throws {
        try OwnerOnly.createNew(historyDraft)
        try OwnerOnly.createNew(candidatesDraft)
        let source = try Connection(path: backup, mode: .readOnly)
        defer { source.close() }
        let history = try Connection(path: historyDraft, mode: .draft)
        do {
            try history.copyAll(from: source)
            try history.execute(BackupFormat.dropping)
            try history.execute("PRAGMA application_id = \(MainSchema.migrator.applicationID)")
        } catch {
            history.close()
            throw error
        }
        history.close()
        try settle(MainSchema.migrator, historyDraft) { connection in
            try TreeTable.makeIfMissing(in: connection)
            if !hasMark { try setHeld(connection) }
        }
        try settle(CandidateSchema.migrator, candidatesDraft) { try fill($0, from: source) }
    }

    /// Brings a draft to this program's schema, changes it, and has it on the disk without a WAL.
    private func settle(_ migrator: Migrator, _ draft: String, _ body: (Connection) throws -> Void) throws {
        let connection = try migrator.open(draft, mode: .readWrite)
        do {
            try body(connection)
            _ = try connection.truncateWAL()
        } catch {
            connection.close()
            throw error
        }
        connection.close()
        for suffix in ["-wal", "-shm"] { unlink(draft + suffix) }
        try CopyFiles.sync(draft)
    }

    private func fill(_ candidates: Connection, from backup: Connection) throws {
        try candidates.transaction {
            try backup.each("SELECT rotation, sealed, is_kept FROM backup_candidates") { row throws(SQLiteError) in
                let table = try row.get(2, as: Int.self) == 0 ? "candidates" : "kept"
                try candidates.run(
                    "INSERT INTO \(table) (rotation, sealed) VALUES (?1, ?2)",
                    try row.get(0, as: String.self),
                    try row.get(1, as: [UInt8].self)
                )
            }
            let epoch = try backup.first("SELECT candidates_epoch FROM backup") { row throws(SQLiteError) in
                try row.get(0, as: Int64.self)
            }
            try candidates.run("UPDATE fence SET epoch = ?1", epoch ?? 0)
        }
    }

    // MARK: The mark

    /// Whether there is a mark: without one nobody knows what was written since the backup.
    private var hasMark: Bool { (CopyFiles.size(Mark.path(for: database)) ?? 0) > 0 }

    /// Holds a history before it gets its name: a daemon that starts right then must not rotate.
    private func setHeld(_ connection: Connection) throws {
        let newest = try AuditTable.newest(in: connection)
        let behind = HistoryBehind(mark: nil, newest: newest, isOther: false)
        try FenceTable.setBehind(behind, at: now, in: connection)
    }

    /// Compares the restored history with the mark; an entry says that it is held.
    private func hold(_ origin: AuditOrigin, _ actor: Actor) throws -> HistoryBehind? {
        let ledger = try Ledger(path: database, origin: origin, mayMigrate: true, generators: generators, now: now)
        defer { ledger.close() }
        guard let behind = try FenceTable.behind(in: ledger.connection) else { return nil }
        if behind.mark == nil, !hasMark { try ledger.recordHeld(behind, by: actor, now: now) }
        return behind
    }

    // MARK: Places

    private static let suffixes = ["", RotationStore.candidatesSuffix].flatMap { [$0, $0 + "-wal", $0 + "-shm"] }

    /// Renames what is there.
    ///
    /// A -wal that stayed would be read into the restored file.
    ///
    /// - Returns: The history's new name; nil where there was nothing.
    private func moveFormerAside() throws -> String? {
        let stamp = now.rfc3339.filter { $0.isNumber || $0 == "T" || $0 == "Z" }
        let former = "\(database).before-restore-\(stamp)"
        let present = Self.suffixes.filter { access(database + $0, F_OK) == 0 }
        guard !present.isEmpty else { return nil }
        for file in [database, RotationStore.candidatesPath(for: database)] { Self.emptyWAL(of: file) }
        for suffix in present {
            guard access(former + suffix, F_OK) != 0 else { throw CopyFiles.Failure(former + suffix, "rename", EEXIST) }
            guard rename(database + suffix, former + suffix) == 0 || errno == ENOENT else {
                throw CopyFiles.Failure(database + suffix, "rename")
            }
        }
        try CopyFiles.sync(CopyFiles.folder(of: database))
        return former
    }

    /// Writes the WAL of a file into it: a crash between the renames then parts no file from its newest commits.
    ///
    /// One that is damaged is moved as it is.
    private static func emptyWAL(of file: String) {
        guard access(file, F_OK) == 0, let connection = try? Connection(path: file, mode: .readWrite) else { return }
        _ = try? connection.truncateWAL()
        connection.close()
    }

    /// Candidates first: without a history they are kept, whatever a daemon finds.
    private func place() throws {
        for (draft, path) in [
            (candidatesDraft, RotationStore.candidatesPath(for: database)), (historyDraft, database),
        ] {
            guard rename(draft, path) == 0 else { throw CopyFiles.Failure(path, "rename") }
        }
        try CopyFiles.sync(CopyFiles.folder(of: database))
    }
}
