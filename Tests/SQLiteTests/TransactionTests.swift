import SQLite
import Testing

private struct Stop: Error, Equatable {}

@Suite("Transactions")
struct TransactionTests {
    static let schema = "CREATE TABLE t (a INTEGER PRIMARY KEY) STRICT"

    @Test("a transaction commits, seen by another program", arguments: [TransactionKind.immediate, .deferred])
    func commits(kind: TransactionKind) async throws {
        try await withDatabase(Self.schema) { connection, _ throws in
            let answer = try connection.transaction(kind) {
                try connection.run("INSERT INTO t VALUES (1)")
                return connection.isInTransaction
            }
            #expect(answer)
            #expect(!connection.isInTransaction)
            #expect(try Shell.query(connection.path, "SELECT a FROM t") == "1")
        }
    }

    @Test("a transaction that throws leaves nothing", arguments: [TransactionKind.immediate, .deferred])
    func rollsBack(kind: TransactionKind) async throws {
        try await withDatabase(Self.schema) { connection, _ throws in
            #expect(throws: Stop()) {
                try connection.transaction(kind) {
                    try connection.run("INSERT INTO t VALUES (1)")
                    throw Stop()
                }
            }
            #expect(!connection.isInTransaction)
            #expect(try connection.value("SELECT count(*) FROM t") == 0)
        }
    }

    @Test("a refused statement undoes those before it")
    func rollsBackOnConstraint() async throws {
        try await withDatabase(Self.schema) { connection, _ throws in
            let error = #expect(throws: SQLiteError.self) {
                try connection.transaction {
                    try connection.run("INSERT INTO t VALUES (1)")
                    try connection.run("INSERT INTO t VALUES (1)")
                }
            }
            #expect(error?.code == .constraint)
            #expect(try connection.value("SELECT count(*) FROM t") == 0)
        }
    }

    @Test("a commit that is refused rolls back and says why")
    func refusedCommit() async throws {
        let schema =
            Self.schema + "; CREATE TABLE c (t INTEGER REFERENCES t DEFERRABLE INITIALLY DEFERRED) STRICT"
        try await withDatabase(schema) { connection, _ throws in
            let error = #expect(throws: SQLiteError.self) {
                try connection.transaction { try connection.run("INSERT INTO c VALUES (9)") }
            }
            #expect(error?.code == .constraint)
            #expect(!connection.isInTransaction)
            #expect(try connection.value("SELECT count(*) FROM c") == 0)
        }
    }

    @Test("a nested transaction is a misuse, and undoes the outer one")
    func nested() async throws {
        try await withDatabase(Self.schema) { connection, _ throws in
            let error = #expect(throws: SQLiteError.self) {
                try connection.transaction {
                    try connection.run("INSERT INTO t VALUES (1)")
                    try connection.transaction {}
                }
            }
            #expect(error?.code == .misuse)
            #expect(try connection.value("SELECT count(*) FROM t") == 0)
        }
    }

    @Test("an immediate transaction holds the write lock from its start")
    func busy() async throws {
        try await withDatabase(Self.schema) { connection, _ throws in
            let other = try Connection(path: connection.path, mode: .readWrite, busyTimeout: 0)
            defer { other.close() }
            try connection.transaction(.immediate) {
                let error = #expect(throws: SQLiteError.self) { try other.transaction {} }
                #expect(error?.code == .busy)
            }
            #expect(throws: Never.self) { try other.transaction {} }
        }
    }

    @Test("a deferred transaction reads one state, whatever others write")
    func snapshot() async throws {
        try await withDatabase(Self.schema) { connection, _ throws in
            let reader = try Connection(path: connection.path, mode: .readOnly)
            defer { reader.close() }
            try reader.transaction(.deferred) {
                #expect(try reader.value("SELECT count(*) FROM t") == 0)
                try connection.run("INSERT INTO t VALUES (1)")
                #expect(try reader.value("SELECT count(*) FROM t") == 0)
            }
            #expect(try reader.value("SELECT count(*) FROM t") == 1)
        }
    }
}
