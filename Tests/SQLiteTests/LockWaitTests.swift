import SQLite
import TestSupport
import Testing

/// A connection on a queue of its own, where it may wait without keeping a thread of Swift's pool.
private actor Writer {
    private let executor = DatabaseExecutor(label: "writer")
    private let path: String
    private var connection: Connection?

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init(path: String) {
        self.path = path
    }

    /// Opens the file.
    var lockWait: LockWait {
        get throws {
            let connection = try Connection(path: path, mode: .readWrite, busyTimeout: 60_000)
            self.connection = connection
            return connection.lockWait
        }
    }

    func write() throws {
        try connection?.transaction { try connection?.execute("INSERT INTO t VALUES (1)") }
        connection?.close()
    }
}

/// A wait for another connection's lock can be seen while it lasts.
@Suite(.timeLimit(.minutes(1)))
struct LockWaitTests {
    @Test func isSeenFromOutsideWhileItLasts() async throws {
        try await TemporaryFolder.with { folder in
            let path = folder.file("db")
            let holder = try Connection(path: path, mode: .create)
            defer { holder.close() }
            try holder.execute("CREATE TABLE t (x)")
            try holder.execute("BEGIN IMMEDIATE")
            let writer = Writer(path: path)
            let wait = try await writer.lockWait
            async let writing: Void = writer.write()
            try await eventually("it waits") { wait.elapsed.map { $0 > .milliseconds(300) } ?? false }
            #expect(wait.path == path)
            try holder.execute("ROLLBACK")
            try await writing
            #expect(wait.elapsed == nil)
            #expect(try holder.value("SELECT count(*) FROM t") == 1)
        }
    }

    @Test func endsWithItsLimit() async throws {
        try await withDatabase("CREATE TABLE t (x)", busyTimeout: 0) { holder, _ throws in
            let writer = try Connection(path: holder.path, mode: .readWrite, busyTimeout: 100)
            defer { writer.close() }
            try holder.transaction {
                let start = ContinuousClock.now
                let error = #expect(throws: SQLiteError.self) { try writer.transaction {} }
                #expect(error?.code == .busy)
                #expect(start.duration(to: .now) >= .milliseconds(100))
                #expect(writer.lockWait.elapsed == nil)
            }
        }
    }
}
