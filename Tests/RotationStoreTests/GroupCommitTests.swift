import RotationCore
import SQLite
import Scheduling
import Synchronization
import TestSupport
import Testing
import ValueGenerators

@testable import RotationStore

/// Changes that share a commit: each is told only after it is durable, and one that is refused fails alone.
struct GroupCommitTests {
    private struct Refused: Error {}

    /// How many changes each batch had.
    private final class Sizes: Sendable {
        private let sizes = Mutex<[Int]>([])
        var all: [Int] { sizes.withLock { $0 } }
        func note(_ size: Int) { sizes.withLock { $0.append(size) } }
    }

    /// A table for numbers, in the history.
    private func withFiles(_ body: (Files) async throws -> Void) async throws {
        try await StoreFixture.with { fixture async throws in
            let ledger = try fixture.ledger()
            try ledger.connection.execute(
                "CREATE TABLE numbers (number INTEGER PRIMARY KEY CHECK (number >= 0)) STRICT"
            )
            let vault = try CandidateVault(path: fixture.folder.file("other.candidates"), key: fixture.key)
            try await body(Files(ledger: ledger, vault: vault))
            ledger.close()
        }
    }

    /// What another connection sees.
    private static func seen(_ files: Files) throws -> [Int] {
        let reader = try Connection(path: files.ledger.connection.path, mode: .readOnly)
        defer { reader.close() }
        return try reader.all("SELECT number FROM numbers ORDER BY number") { row throws(SQLiteError) in try row.get(0)
        }
    }

    private static func insert(_ number: Int, then error: (any Error)? = nil) -> Change<Int> {
        Change { files in
            _ = try files.ledger.transaction {
                try files.ledger.connection.run("INSERT INTO numbers (number) VALUES (?1)", number)
            }
            if let error { throw error }
            return number
        }
    }

    @Test func allOfABatchAreDurableTogether() async throws {
        try await withFiles { files async throws in
            let batch = (0..<3).map { Self.insert($0) }
            #expect(batch.allSatisfy { $0.result == nil })
            files.ledger.commit(batch, files)
            let results = try batch.map { try $0.result?.get() }
            #expect(results == [0, 1, 2])
            #expect(try Self.seen(files) == [0, 1, 2])
        }
    }

    /// Nothing is told before the commit: the last member still sees the others unsettled for the world outside.
    @Test func nothingIsVisibleBeforeTheCommit() async throws {
        try await withFiles { files async throws in
            let last = Change { try Self.seen($0) }
            files.ledger.commit([Self.insert(1), last], files)
            let before = try last.result?.get()
            #expect(before == [])
            #expect(try Self.seen(files) == [1])
        }
    }

    @Test(arguments: [true, false])
    func refusedMemberFailsAloneAndLeavesNothing(isConstraint: Bool) async throws {
        try await withFiles { files async throws in
            let refused = isConstraint ? Self.insert(-1) : Self.insert(7, then: Refused())
            let (first, passes) = (Self.insert(1), Sizes())
            let last = Change { files in
                passes.note(1)
                return try files.ledger.connection.run("INSERT INTO numbers (number) VALUES (2)")
            }
            files.ledger.commit([first, refused, last], files)
            #expect(throws: (any Error).self) { try refused.result?.get() }
            #expect(try Self.seen(files) == [1, 2])
            let results = (try first.result?.get(), try last.result?.get())
            #expect(results == (1, 1))
            // A batch is repeated only for what must be undone; after a failure it ends before the last member is asked.
            #expect(passes.all.count == 1)
        }
    }

    /// What the stream tells of a batch that is repeated is what was committed, once.
    @Test func repeatedBatchIsToldOnce() async throws {
        try await StoreFixture.with { fixture async throws in
            let ledger = try Ledger(
                path: fixture.folder.file("other.db"),
                origin: EngineWorld.origin,
                mayMigrate: true,
                generators: BuiltInGenerators()
            )
            defer { ledger.close() }
            let vault = try CandidateVault(path: fixture.folder.file("other.db.candidates"), key: fixture.key)
            let files = Files(ledger: ledger, vault: vault)
            let entry = AuditEntry(Audit.DaemonStopped(), time: fixture.clock.now.rfc3339, actor: .daemon)
            let refused = Change<Int> { files in
                try files.ledger.append(entry)
                throw Refused()
            }
            let sound = [0, 1].map { _ in Change { try $0.ledger.append(entry) } }
            let position = ledger.stream.position
            ledger.commit([sound[0], refused, sound[1]], files)
            guard case .commits(let commits) = await ledger.stream.next(after: position) else {
                Issue.record("no commit is told")
                return
            }
            #expect(commits.map { $0.changes.entries.map(\.seq) } == [[1, 2]])
            #expect(try ledger.history.auditLine(2) == commits.first?.changes.entries.last?.line)
            #expect(try ledger.history.auditLine(3) == nil)
        }
    }

    private static let failures: [any Error] = [
        SQLiteError(code: .full, message: "", operation: ""), SQLiteError(code: .ioError, message: "", operation: ""),
        FenceLost.epoch(path: ""), StorageReplaced(path: ""), StorageLocked(path: ""),
    ]

    /// The database itself has failed, or another process has taken over: nobody's change has been made.
    @Test(arguments: failures.indices)
    func failureOfTheDatabaseIsTheWholeBatchs(index: Int) async throws {
        let error = Self.failures[index]
        try await withFiles { files async throws in
            let passes = Sizes()
            let first = Change { files in
                passes.note(1)
                return try files.ledger.connection.run("INSERT INTO numbers (number) VALUES (1)")
            }
            let batch = [first, Self.insert(2, then: error), Self.insert(3)]
            files.ledger.commit(batch, files)
            for member in batch { #expect(throws: (any Error).self) { try member.result?.get() } }
            // It is not tried again.
            #expect(passes.all == [1])
            #expect(try Self.seen(files) == [])
            files.ledger.commit([Self.insert(4)], files)
            #expect(try Self.seen(files) == [4])
        }
    }

    /// SQLite rolls a transaction back by itself after some failures: no statement may run after that in autocommit.
    @Test func nothingRunsAfterTheTransactionIsGone() async throws {
        try await withFiles { files async throws in
            let spoiler = Change<Int> { files in
                try files.ledger.connection.execute("ROLLBACK")
                throw Refused()
            }
            let batch = [Self.insert(1), spoiler, Self.insert(2)]
            files.ledger.commit(batch, files)
            for member in batch { #expect(throws: (any Error).self) { try member.result?.get() } }
            #expect(try Self.seen(files) == [])
        }
    }

    /// A commit that is refused is nobody's success.
    @Test func failedCommitIsTheWholeBatchs() async throws {
        try await withFiles { files async throws in
            try files.ledger.connection.execute(
                """
                CREATE TABLE parents (id INTEGER PRIMARY KEY) STRICT;
                CREATE TABLE children (parent INTEGER REFERENCES parents (id) DEFERRABLE INITIALLY DEFERRED) STRICT
                """
            )
            let orphan = Change { try $0.ledger.connection.run("INSERT INTO children (parent) VALUES (1)") }
            let other = Self.insert(1)
            files.ledger.commit([other, orphan], files)
            #expect(throws: (any Error).self) { try other.result?.get() }
            #expect(throws: (any Error).self) { try orphan.result?.get() }
            #expect(try Self.seen(files) == [])
        }
    }

    /// The first leads, and who comes meanwhile is in one batch, of 256 at most, whose first leads.
    @Test func batchIsBoundedInOrderAndLedByOne() async {
        let queue = GroupCommit()
        let first = Self.insert(0)
        let sizes = Sizes()
        #expect(await queue.join(first) == .lead)
        await withTaskGroup(of: Void.self) { group in
            for number in 1...300 {
                group.addTask {
                    guard await queue.join(Self.insert(number)) == .lead else { return }
                    queue.lead { sizes.note($0.count) }
                }
            }
            while queue.count < 301 { await Task.yield() }
            queue.lead { sizes.note($0.count) }
        }
        #expect(sizes.all == [256, 45])
        #expect(await queue.join(first) == .lead)
    }

    /// A batch writes a mebibyte at most, and a change that is larger by itself has its own.
    @Test(arguments: [
        (weights: [600, 400, 100], sizes: [2, 1]),
        (weights: [3000, 1, 1], sizes: [1, 2]),
        (weights: [1, 3000, 1], sizes: [1, 1, 1]),
        (weights: [512, 512, 1], sizes: [2, 1]),
    ])
    func batchIsBoundedInBytes(weights: [Int], sizes expected: [Int]) async {
        let queue = GroupCommit()
        let sizes = Sizes()
        await withTaskGroup(of: Void.self) { group in
            for (index, weight) in weights.enumerated() {
                let isFirst = index == 0
                group.addTask {
                    guard await queue.join(Change(weight: weight << 10) { _ in }) == .lead, !isFirst else { return }
                    queue.lead { sizes.note($0.count) }
                }
                while queue.count < index + 1 { await Task.yield() }
            }
            queue.lead { sizes.note($0.count) }
        }
        #expect(sizes.all == expected)
    }

    /// The mark is never ahead of the history, and follows each batch.
    @Test func markFollowsTheBatch() async throws {
        try await StoreFixture.with { fixture async throws in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<50 {
                    group.addTask {
                        try await fixture.store.append(
                            AuditEntry(Audit.DaemonStarted(pid: 1, landlock: 0), time: "", actor: .daemon)
                        )
                    }
                }
                try await group.waitForAll()
            }
            let ledger = try fixture.ledger()
            let newest = try FenceTable.mark(in: ledger.connection)
            let mark = try Mark(database: fixture.folder.file("rotator.db"))
            let found = try mark.read()
            #expect(found == newest.map { Mark.Finding.content($0) })
            ledger.close()
        }
    }
}
