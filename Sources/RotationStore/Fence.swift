import RotationCore
import SQLite
import Synchronization

/// The right to write to a database: its epoch, its files and the lock are what they were when it was opened.
///
/// Each process that writes to a database raises the epoch, so that one which was there before meets a wrong epoch in its
/// next transaction, whatever has become of the lock between them.
struct Fence: Sendable {
    private let standing: Standing
    private let files: DatabaseFiles
    private let path: String

    /// The epoch that this process has, and whether it has raised it.
    private final class Standing: Sendable {
        let value: Mutex<(epoch: Int64, isRaised: Bool)>

        init(epoch: Int64, isRaised: Bool) {
            value = Mutex((epoch, isRaised))
        }
    }

    /// The epoch that this process has.
    var epoch: Int64 { standing.value.withLock { $0.epoch } }

    /// Raises the epoch of a database that was opened for writing.
    ///
    /// - Parameter floor: The new epoch is larger.
    init(raising connection: Connection, above floor: Int64 = 0) throws {
        let epoch = try connection.transaction {
            let next = max(try Self.epoch(of: connection), floor) + 1
            try connection.run("UPDATE fence SET epoch = ?1", next)
            return next
        }
        standing = Standing(epoch: epoch, isRaised: true)
        (path, files) = (connection.path, try Self.files(of: connection))
    }

    /// Takes the epoch as it stands: for a second connection of the present writer, or for one that becomes the writer by
    /// its first change, as a command that changes nothing must not.
    init(joining connection: Connection, raisesWithFirstChange: Bool = false) throws {
        standing = Standing(epoch: try Self.epoch(of: connection), isRaised: !raisesWithFirstChange)
        (path, files) = (connection.path, try Self.files(of: connection))
    }

    /// The epoch that stands in a database.
    static func epoch(of connection: Connection) throws -> Int64 {
        let epoch = try connection.first("SELECT epoch FROM fence") { row throws(SQLiteError) in
            try row.get(0, as: Int64.self)
        }
        guard let epoch else { throw UndecodableRow(row: "fence") }
        return epoch
    }

    private static func files(of connection: Connection) throws -> DatabaseFiles {
        guard let files = connection.files else { throw StorageReplaced(path: connection.path) }
        return files
    }

    /// Throws `FenceLost` where another process has taken over; within a transaction, so that it holds until its end.
    func checkEpoch(in connection: Connection) throws {
        guard try Self.epoch(of: connection) == epoch else { throw FenceLost.epoch(path: path) }
    }

    /// Raises the epoch in the first transaction that changes something.
    fileprivate func raise(in connection: Connection) throws {
        let (epoch, isRaised) = standing.value.withLock { $0 }
        if !isRaised { try connection.run("UPDATE fence SET epoch = ?1", epoch + 1) }
    }

    /// The transaction that may have raised the epoch is durable.
    fileprivate func noteCommit() {
        standing.value.withLock { if !$0.isRaised { $0 = ($0.epoch + 1, true) } }
    }

    /// Throws `StorageReplaced` where a path leads to another file by now.
    func checkFiles() throws(StorageReplaced) {
        if let replaced = files.replaced { throw StorageReplaced(path: replaced) }
    }
}

extension Connection {
    /// Runs a closure in one transaction of the only writer.
    ///
    /// Within a batch it is a savepoint.
    ///
    /// - Throws: `FenceLost` or `StorageReplaced`, with nothing written, where it is not that any more; `StorageLocked`
    ///   where another process has kept its lock for too long.
    func transaction<T>(_ fence: Fence, _ body: () throws -> T) throws -> T {
        // A member of a batch: its transaction has checked all this, and checks it again before it is committed.
        if isInTransaction { return try savepoint(body) }
        return try fenced(by: fence, isRepeatable: false) { _ in try body() }
    }

    /// Runs a closure in one transaction of the only writer, which is none within another one.
    ///
    /// - Parameters:
    ///   - isRepeatable: Whether the closure may run again, with savepoints, where one is missing.
    ///   - body: The closure; true if it runs again.
    private func fenced<T>(by fence: Fence, isRepeatable: Bool, _ body: (Bool) throws -> T) throws -> T {
        func checked(_ isRepeated: Bool) throws -> T {
            try fence.checkEpoch(in: self)
            let result = try body(isRepeated)
            try fence.raise(in: self)
            try fence.checkFiles()
            return result
        }
        // A file that is gone is told first: its epoch may be gone with it.
        try fence.checkFiles()
        do {
            let result = isRepeatable ? try repeatableTransaction(checked) : try transaction { try checked(false) }
            fence.noteCommit()
            return result
        } catch let error as SQLiteError where error.code == .busy {
            throw StorageLocked(path: path)
        }
    }
}

extension Connection {
    /// Commits a batch in one transaction, and settles each of its members: all of them where it could not be committed.
    ///
    /// - Parameters:
    ///   - beforeCommit: Runs in the transaction, after all members.
    ///   - afterCommit: Runs after the commit, before any member is told.
    func commit(
        _ batch: [any BatchMember],
        _ files: Files,
        _ fence: Fence,
        beforeCommit: () throws -> Void = {},
        afterCommit: () throws -> Void = {}
    ) {
        let recorder = files.ledger.recorder
        let start = recorder.place
        do {
            try files.hooks?.reached(.begun(batch.map(\.tag)), in: self)
            try fenced(by: fence, isRepeatable: true) { isRepeated in
                if isRepeated {
                    recorder.takeBack(to: start)
                    try files.hooks?.reached(.repeated, in: self)
                }
                for member in batch { try member.write(in: self, files) }
                try beforeCommit()
                try files.hooks?.reached(.committing, in: self)
            }
            try files.hooks?.reached(.committed, in: self)
            try afterCommit()
        } catch {
            try? files.hooks?.reached(.failed(error), in: self)
            for member in batch { member.fail(error) }
        }
    }
}
