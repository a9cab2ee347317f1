import SQLite
import Testing

private struct Stop: Error, Equatable {}

/// A transaction that opens savepoints only where one has something to roll back.
struct RepeatableTransactionTests {
    private static let schema = "CREATE TABLE t (a INTEGER PRIMARY KEY CHECK (a > 0)) STRICT"

    private static func insert(_ number: Int, in connection: Connection) throws {
        try connection.savepoint { _ = try connection.run("INSERT INTO t VALUES (?1)", number) }
    }

    @Test func runsOnceWhereNothingIsUndone() async throws {
        try await withDatabase(Self.schema) { connection, _ throws in
            var passes: [Bool] = []
            try connection.repeatableTransaction { isRepeated in
                passes.append(isRepeated)
                for number in 1...3 { try Self.insert(number, in: connection) }
            }
            #expect(passes == [false])
            #expect(try Shell.query(connection.path, "SELECT group_concat(a) FROM t") == "1,2,3")
        }
    }

    /// A refusal, and a statement that a constraint stops, have changed nothing.
    @Test func failureBeforeAnyChangeNeedsNoSavepoint() async throws {
        try await withDatabase(Self.schema) { connection, _ throws in
            var passes = 0
            try connection.repeatableTransaction { _ in
                passes += 1
                try Self.insert(1, in: connection)
                #expect(throws: Stop()) { try connection.savepoint { throw Stop() } }
                #expect(throws: SQLiteError.self) { try Self.insert(0, in: connection) }
                #expect(throws: SQLiteError.self) { try Self.insert(1, in: connection) }
                try Self.insert(2, in: connection)
            }
            #expect(passes == 1)
            #expect(try connection.column("SELECT a FROM t", as: Int.self) == [1, 2])
        }
    }

    @Test func changesOfAClosureThatThrowsAreUndoneAlone() async throws {
        try await withDatabase(Self.schema) { connection, _ throws in
            var passes: [Bool] = []
            try connection.repeatableTransaction { isRepeated in
                passes.append(isRepeated)
                try Self.insert(1, in: connection)
                do {
                    // The inner one is a part of the outer one.
                    try connection.savepoint {
                        try Self.insert(2, in: connection)
                        throw Stop()
                    }
                } catch is Stop {}
                try Self.insert(3, in: connection)
            }
            #expect(passes == [false, true])
            #expect(try connection.column("SELECT a FROM t", as: Int.self) == [1, 3])
        }
    }

    /// Whoever catches the error goes on, and must find the changes undone.
    @Test func errorThatIsCaughtIsNotOverlooked() async throws {
        try await withDatabase(Self.schema) { connection, _ throws in
            var passes = 0
            try connection.repeatableTransaction { _ in
                passes += 1
                try? connection.savepoint {
                    try Self.insert(1, in: connection)
                    throw Stop()
                }
            }
            #expect(passes == 2)
            #expect(try connection.value("SELECT count(*) FROM t") == 0)
        }
    }

    @Test func errorOfTheClosureRollsBackAndDoesNotRepeat() async throws {
        try await withDatabase(Self.schema) { connection, _ throws in
            var passes = 0
            #expect(throws: Stop()) {
                try connection.repeatableTransaction { _ in
                    passes += 1
                    try Self.insert(1, in: connection)
                    throw Stop()
                }
            }
            #expect(passes == 1 && !connection.isInTransaction)
            #expect(try connection.value("SELECT count(*) FROM t") == 0)
        }
    }

    @Test func transactionThatSQLiteHasRolledBackIsLost() async throws {
        try await withDatabase(Self.schema) { connection, _ throws in
            var passes = 0
            #expect(throws: SavepointLost.self) {
                try connection.repeatableTransaction { _ in
                    passes += 1
                    try connection.savepoint {
                        try connection.execute("ROLLBACK")
                        throw Stop()
                    }
                }
            }
            #expect(passes == 1)
        }
    }

    /// What follows a repeatable transaction has savepoints again.
    @Test(arguments: [true, false])
    func laterTransactionsHaveSavepoints(isRepeated: Bool) async throws {
        try await withDatabase(Self.schema) { connection, _ throws in
            try connection.repeatableTransaction { _ in
                try? connection.savepoint {
                    if isRepeated { try Self.insert(1, in: connection) }
                    throw Stop()
                }
            }
            try connection.transaction {
                let error = #expect(throws: Stop.self) {
                    try connection.savepoint {
                        try Self.insert(2, in: connection)
                        throw Stop()
                    }
                }
                #expect(error == Stop())
            }
            #expect(try connection.value("SELECT count(*) FROM t") == 0)
        }
    }
}
