import SQLite
import TestSupport
import Testing

@Suite("Migration")
struct MigratorTests {
    private static let steps = [
        "CREATE TABLE a (x INTEGER) STRICT; INSERT INTO a VALUES (1)",
        "UPDATE a SET x = x * 10; CREATE TABLE b (y INTEGER) STRICT",
        "UPDATE a SET x = x + 5",
    ]

    private func migrator(_ count: Int, id: Int32 = 0x5352_0001) -> Migrator {
        Migrator(applicationID: id, steps: Array(Self.steps.prefix(count)))
    }

    @Test("all steps run on a new file", arguments: [(1, 1), (2, 10), (3, 15)])
    func fromEmpty(count: Int, expected: Int) async throws {
        try await withDatabase { connection, _ throws in
            try migrator(count).migrate(connection)
            #expect(try connection.value("SELECT x FROM a") == expected)
            #expect(try Shell.query(connection.path, "PRAGMA user_version") == "\(count)")
            #expect(try Shell.query(connection.path, "PRAGMA application_id") == "\(0x5352_0001)")
            #expect(throws: Never.self) { try migrator(count).verify(connection) }
        }
    }

    @Test("each step runs once, whatever the versions between")
    func stepwise() async throws {
        try await withDatabase { connection, _ throws in
            for count in [1, 1, 2, 3, 3] { try migrator(count).migrate(connection) }
            #expect(try connection.value("SELECT x FROM a") == 15)
        }
    }

    @Test("a newer file is refused and left as it is")
    func newer() async throws {
        try await withDatabase { connection, _ throws in
            try migrator(3).migrate(connection)
            let failure = Migrator.Failure.newerThanProgram(path: connection.path, found: 3, supported: 2)
            #expect(throws: failure) { try migrator(2).migrate(connection) }
            #expect(throws: failure) { try migrator(2).verify(connection) }
            #expect(try connection.value("PRAGMA user_version") == 3)
        }
    }

    @Test("an older file is not verified, and verifying migrates nothing", arguments: [0, 1, 2])
    func older(count: Int) async throws {
        try await withDatabase { connection, _ throws in
            try migrator(count).migrate(connection)
            let failure = Migrator.Failure.olderThanProgram(path: connection.path, found: count, needed: 3)
            #expect(throws: failure) { try migrator(3).verify(connection) }
            #expect(try connection.value("PRAGMA user_version") == count)
        }
    }

    @Test(
        "another program's file is refused and left as it is",
        arguments: [
            "CREATE TABLE theirs (x)", "PRAGMA user_version = 1", "PRAGMA application_id = 42",
            "PRAGMA application_id = 42; PRAGMA user_version = 3",
        ]
    )
    func foreign(sql: String) async throws {
        try await withDatabase(sql) { connection, _ throws in
            let before = try connection.value("PRAGMA user_version", as: Int.self)
            let failure = Migrator.Failure.foreignDatabase(path: connection.path)
            #expect(throws: failure) { try migrator(3).migrate(connection) }
            #expect(throws: failure) { try migrator(3).verify(connection) }
            #expect(try connection.value("PRAGMA user_version", as: Int.self) == before)
            #expect(try connection.value("SELECT count(*) FROM sqlite_schema WHERE name IN ('a', 'b')") == 0)
        }
    }

    @Test("a step that fails leaves the old version whole")
    func failingStep() async throws {
        try await withDatabase { connection, _ throws in
            try migrator(1).migrate(connection)
            var broken = migrator(2)
            broken.steps.append("CREATE TABLE c (z INTEGER) STRICT; INSERT INTO missing VALUES (1)")
            #expect(throws: SQLiteError.self) { try broken.migrate(connection) }
            #expect(throws: Never.self) { try migrator(1).verify(connection) }
            #expect(try connection.value("SELECT x FROM a") == 1)
            #expect(try connection.column("SELECT name FROM sqlite_schema", as: String.self) == ["a"])
        }
    }

    @Test("two programs that migrate at once both succeed, and each step runs once")
    func concurrent() async throws {
        for _ in 0..<20 {
            try await TemporaryFolder.with { folder throws in
                try Connection(path: folder.file("db"), mode: .create).close()
                try await withThrowingTaskGroup { group in
                    for _ in 0..<2 {
                        group.addTask {
                            let connection = try Connection(path: folder.file("db"), mode: .readWrite)
                            defer { connection.close() }
                            try migrator(3).migrate(connection)
                        }
                    }
                    try await group.waitForAll()
                }
                #expect(try Shell.query(folder.file("db"), "SELECT x FROM a") == "15")
            }
        }
    }

    @Test("a version below zero is refused, not a crash")
    func negativeVersion() async {
        await #expect(processExitsWith: .success) {
            try await withDatabase("PRAGMA application_id = 42; PRAGMA user_version = -1") { connection, _ throws in
                let migrator = Migrator(applicationID: 42, steps: ["CREATE TABLE a (x)"])
                #expect(throws: (any Error).self) { try migrator.migrate(connection) }
            }
        }
    }
}
