import Foundation
import SQLite
import TestSupport
import Testing

/// Databases that a migrator does not touch.
@Suite("Refused databases")
struct RefusedDatabaseTests {
    private static let present: Migrator = {
        var migrator = Migrator.first(2)
        migrator.retired = .init(applicationID: 0x5352_0000, maker: "us") { "keep \($0)" }
        return migrator
    }()

    @Test("a database with a migration that the program does not know is newer")
    func newer() async throws {
        try await withDatabase { connection, _ throws in
            try Migrator.first(3).migrate(connection)
            let failure = Migrator.Failure.newerThanProgram(path: connection.path, unknown: "three")
            #expect(throws: failure) { try Self.present.migrate(connection) }
            #expect(throws: failure) { try Self.present.verify(connection) }
            #expect(try connection.value("PRAGMA user_version") == 3)
        }
    }

    @Test("names decide, not their number")
    func renamed() async throws {
        try await withDatabase { connection, _ throws in
            try Migrator.first(2).migrate(connection)
            try connection.execute("UPDATE migrations SET name = 'other' WHERE name = 'one'")
            let failure = Migrator.Failure.newerThanProgram(path: connection.path, unknown: "other")
            #expect(throws: failure) { try Self.present.migrate(connection) }
            #expect(try connection.value("SELECT x FROM a") == 10)
        }
    }

    @Test("a database of an earlier kind is refused with its advice")
    func retired() async throws {
        try await withDatabase("CREATE TABLE a (x); PRAGMA application_id = 0x53520000") { connection, _ throws in
            let path = connection.path
            let failure = Migrator.Failure.retired(path: path, maker: "us", advice: "keep \(path)")
            #expect(throws: failure) { try Self.present.migrate(connection) }
            #expect(throws: failure) { try Self.present.verify(connection) }
            #expect("\(failure)" == "\(path) was made by us, and is no longer read: keep \(path)")
        }
    }

    @Test(
        "another program's file is refused and left as it is",
        arguments: [
            "CREATE TABLE theirs (x)", "PRAGMA user_version = 1", "PRAGMA application_id = 42",
            "PRAGMA application_id = 42; PRAGMA user_version = 3",
            "CREATE TABLE migrations (name TEXT)", "PRAGMA application_id = 0x53520001; CREATE TABLE theirs (x)",
        ]
    )
    func foreign(sql: String) async throws {
        try await withDatabase(sql) { connection, _ throws in
            let before = try connection.value("PRAGMA user_version", as: Int.self)
            let failure = Migrator.Failure.foreignDatabase(path: connection.path)
            #expect(throws: failure) { try Self.present.migrate(connection) }
            #expect(throws: failure) { try Self.present.verify(connection) }
            #expect(try connection.value("PRAGMA user_version", as: Int.self) == before)
            #expect(try connection.value("SELECT count(*) FROM sqlite_schema WHERE name IN ('a', 'b')") == 0)
        }
    }

    @Test("a version below zero is refused, not a crash")
    func negativeVersion() async {
        await #expect(processExitsWith: .success) {
            try await withDatabase("PRAGMA application_id = 0x53520001; PRAGMA user_version = -1") {
                connection,
                _ throws in
                let migrator = Migrator.first(1)
                #expect(throws: Migrator.Failure.self) { try migrator.migrate(connection) }
            }
        }
    }

    // MARK: Bytes

    /// What a writer would do to a file that it only opens and closes: set WAL mode, move the -wal into the database.
    @Test(
        "not one byte of a refused file changes",
        arguments: [
            ("DELETE", "PRAGMA application_id = 42"), ("DELETE", ""), ("WAL", "PRAGMA application_id = 42"),
            ("WAL", "PRAGMA application_id = 0x53520000"), ("WAL", ""),
        ]
    )
    func bytes(journal: String, sql: String) async throws {
        try await TemporaryFolder.with { folder throws in
            let path = folder.file("db")
            let change = "PRAGMA journal_mode = \(journal); CREATE TABLE t (x); \(sql); INSERT INTO t VALUES (1)"
            // The shell leaves its -wal as a process that dies does.
            _ = try Shell.query(path, ".dbconfig no_ckpt_on_close on\n" + change)
            let before = try folder.contents()
            #expect(before.keys.contains("db-wal") == (journal == "WAL"))
            #expect(throws: Migrator.Failure.self) { try Self.present.open(path, mode: .create) }
            let after = try folder.contents().filter { $0.key != "db-shm" }
            #expect(after == before.filter { $0.key != "db-shm" })
        }
    }

    @Test("a file that is not there is made, and an empty one is filled")
    func missing() async throws {
        try await TemporaryFolder.with { folder throws in
            try folder.write("", to: "empty")
            for (name, mode) in [("new", Connection.Mode.create), ("empty", .readWrite)] {
                let connection = try Self.present.open(folder.file(name), mode: mode)
                defer { connection.close() }
                #expect(try connection.value("SELECT x FROM a") == 10)
            }
            #expect(throws: SQLiteError.self) { try Self.present.open(folder.file("none"), mode: .readWrite) }
        }
    }

    /// A crash while the journal's mode is set leaves a journal that a reader can't roll back.
    @Test("what a crash left half written is rolled back, and then migrated")
    func hotJournal() async throws {
        try await TemporaryFolder.with { folder throws in
            let path = folder.file("db")
            try Migrator.first(1).open(path, mode: .create).close()
            let copy = """
                PRAGMA journal_mode = DELETE; PRAGMA cache_size = 1; BEGIN; CREATE TABLE junk (x);
                WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
                INSERT INTO junk SELECT randomblob(900) FROM n;
                .system cp \(path) \(folder.file("crashed")) && cp \(path)-journal \(folder.file("crashed-journal"))
                ROLLBACK;
                """
            _ = try Shell.query(path, copy)
            #expect(throws: SQLiteError.self) {
                let reader = try Connection(path: folder.file("crashed"), mode: .readOnly)
                defer { reader.close() }
                try Self.present.verify(reader)
            }
            let connection = try Self.present.open(folder.file("crashed"), mode: .readWrite)
            defer { connection.close() }
            #expect(try connection.value("SELECT x FROM a") == 10)
            #expect(try connection.value("SELECT count(*) FROM sqlite_schema WHERE name = 'junk'") == 0)
        }
    }
}
