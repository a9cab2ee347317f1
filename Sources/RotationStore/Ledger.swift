import Glibc
package import RotationCore
import SQLite
package import Scheduling

/// The main database, for writing: schedules, rotations, attempts, requests and the audit log.
///
/// Each method is one transaction, or a savepoint of a batch's: a change and its audit entries become durable together. If the
/// history can't be written, nothing is.
package struct Ledger {
    /// The connection, which its owner serialises.
    let connection: Connection
    /// What audit entries say of this process.
    let origin: AuditOrigin
    /// Reads the generators of rows.
    let generators: any GeneratorRegistry
    /// Its right to write.
    private(set) var fence: Fence
    /// The number of the newest entry, outside the database; nil for a second connection of the same writer.
    let mark: Mark?
    /// What the present transaction changes.
    let recorder = CommitRecorder()
    /// What was committed.
    package let stream: CommitStream

    /// Opens the database.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - origin: What audit entries say of this process.
    ///   - mayMigrate: Whether the caller holds the lock, and so may create the file and migrate it, and becomes its only
    ///     writer: whoever was it before can write no more. Else it is a second connection of the present writer.
    ///   - generators: Reads the generators of rows.
    ///   - busyTimeout: How long a second connection waits for another one's lock, in milliseconds.
    ///   - now: When; the present if not given.
    /// - Throws: `SQLiteError`, or `Migrator.Failure` for a file that is newer, older or not ours.
    package init(
        path: String,
        origin: AuditOrigin,
        mayMigrate: Bool,
        generators: any GeneratorRegistry,
        busyTimeout: Int32 = 5000,
        now: Instant? = nil
    ) throws {
        self.generators = generators
        self.origin = origin
        guard mayMigrate else {
            connection = try Connection(path: path, mode: .readWrite, busyTimeout: busyTimeout)
            try MainSchema.migrator.verify(connection)
            (fence, mark) = (try Fence(joining: connection), nil)
            stream = CommitStream(position: 0, capacity: 0)
            return
        }
        // No new history beside candidates that will be refused: both would be in the way of the old history.
        if access(path, F_OK) != 0 { try CandidateSchema.migrator.check(RotationStore.candidatesPath(for: path)) }
        try OwnerOnly.create(path)
        connection = try MainSchema.migrator.open(path, mode: .create)
        try TreeTable.makeIfMissing(in: connection)
        OwnerOnly.tighten(path)
        fence = try Fence(joining: connection, raisesWithFirstChange: true)
        mark = try Mark(database: path)
        stream = CommitStream(position: try FenceTable.commits(in: connection))
        try compareWithMark(now: now ?? SystemClock().now)
    }

    /// Becomes the only writer at once, with an epoch above that of another file.
    mutating func raiseEpoch(above floor: Int64) throws {
        fence = try Fence(raising: connection, above: floor)
    }

    /// Throws `FenceLost` or `HistoryBehind` where nothing may be sent or run by what this file says.
    func checkEpoch() throws {
        try fence.checkEpoch(in: connection)
        if let behind = try FenceTable.behind(in: connection) { throw behind }
    }

    /// Runs a closure in one transaction of the only writer; the mark follows its commit, and the stream the mark.
    ///
    /// - Throws: `FenceLost` or `StorageReplaced`, with nothing written, where this process is not the writer any more.
    func transaction<T>(_ body: () throws -> T) throws -> T {
        // A batch has its own commit, which counts for all.
        guard !connection.isInTransaction else { return try undoing { try connection.savepoint(body) } }
        return try undoing {
            let result = try connection.transaction(fence) {
                let result = try body()
                try countCommit()
                return result
            }
            try followCommit()
            return result
        }
    }

    /// Takes back what the recorder has collected where a closure fails.
    private func undoing<T>(_ body: () throws -> T) throws -> T {
        let place = recorder.place
        do { return try body() } catch {
            recorder.takeBack(to: place)
            throw error
        }
    }

    /// Commits a batch of changes, and tells each of them; the mark follows its commit, and the stream the mark.
    func commit(_ batch: [any BatchMember], _ files: Files) {
        connection.commit(batch, files, fence, beforeCommit: countCommit, afterCommit: followCommit)
        // Of a batch that has failed.
        _ = recorder.take()
    }

    /// Gives the commit its number, and writes the tree with its entries, in its own transaction.
    private func countCommit() throws {
        if let frontier = recorder.frontier { try TreeTable.write(frontier, in: connection) }
        recorder.number = recorder.isEmpty ? nil : try FenceTable.countCommit(in: connection)
    }

    /// What follows a commit before anybody is told of it.
    private func followCommit() throws {
        let (number, changes) = (recorder.number, recorder.take())
        // What is durable is published, whatever becomes of the mark.
        defer { if let number { stream.publish(Commit(number: number, changes: changes)) } }
        try advanceMark()
    }

    /// What can be read.
    package var history: History { History(connection: connection, generators: generators) }

    /// Closes the file.
    ///
    /// The WAL stays as it is: truncating it would wait for readers, with the write lock held.
    package func close() {
        connection.close()
    }

    /// Appends to the audit log.
    package func append(_ entry: AuditEntry) throws {
        try transaction { try record(entry) }
    }

    /// Appends to the audit log, within a transaction.
    func record(_ entry: AuditEntry) throws {
        var frontier = try recorder.frontier ?? TreeTable.frontier(in: connection)
        recorder.add(try AuditTable.append(entry, to: &frontier, origin: origin, in: connection))
        recorder.frontier = frontier
    }

    /// Appends to the audit log, though another process writes by now: SQLite keeps the two apart, and an entry changes
    /// nothing.
    func appendWithoutFence(_ entry: AuditEntry) throws {
        try fence.checkFiles()
        try connection.transaction {
            var frontier = try TreeTable.frontier(in: connection)
            _ = try AuditTable.append(entry, to: &frontier, origin: origin, in: connection)
            try TreeTable.write(frontier, in: connection)
        }
    }

    /// Why a command's change was not made.
    package typealias Refusal = RotationCore.Refusal
}
