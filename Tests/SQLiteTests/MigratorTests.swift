import Glibc
import SQLite
import TestSupport
import Testing

/// Named migrations of databases that may be migrated.
@Suite("Migration")
struct MigratorTests {
    @Test("all migrations are applied to a new file, and named in it", arguments: [(1, 1), (2, 10), (3, 15)])
    func fromEmpty(count: Int, expected: Int) async throws {
        try await withDatabase { connection, _ throws in
            try Migrator.first(count).migrate(connection)
            #expect(try connection.value("SELECT x FROM a") == expected)
            let names = try Shell.query(connection.path, "SELECT name FROM migrations ORDER BY rowid")
            #expect(names == ["one", "two", "three"].prefix(count).joined(separator: "\n"))
            #expect(try Shell.query(connection.path, "PRAGMA user_version") == "\(count)")
            #expect(try Shell.query(connection.path, "PRAGMA application_id") == "\(0x5352_0001)")
            #expect(throws: Never.self) { try Migrator.first(count).verify(connection) }
        }
    }

    @Test("the instant of a migration is the present one")
    func instant() async throws {
        try await withDatabase { connection, _ throws in
            try Migrator.first(1).migrate(connection)
            let age = "SELECT abs(applied_at / 1000 - unixepoch('now')) < 60 FROM migrations"
            #expect(try connection.value(age, as: Bool.self) == true)
        }
    }

    @Test("each migration is applied once, whatever the versions between")
    func stepwise() async throws {
        try await withDatabase { connection, _ throws in
            for count in [1, 1, 2, 3, 3] { try Migrator.first(count).migrate(connection) }
            #expect(try connection.value("SELECT x FROM a") == 15)
        }
    }

    @Test("a database that misses nothing is not written")
    func nothingLeft() async throws {
        try await withDatabase { connection, folder throws in
            try Migrator.first(3).migrate(connection)
            let writer = try Connection(path: connection.path, mode: .readWrite, busyTimeout: 0)
            defer { writer.close() }
            try writer.transaction {
                // Whoever needed the write lock would be refused.
                #expect(throws: Never.self) { try Migrator.first(3).migrate(connection) }
                #expect(throws: SQLiteError.self) { try connection.transaction {} }
            }
        }
    }

    @Test("an older file is not verified, and verifying migrates nothing", arguments: [0, 1, 2])
    func older(count: Int) async throws {
        try await withDatabase { connection, _ throws in
            if count > 0 { try Migrator.first(count).migrate(connection) }
            let failure = Migrator.Failure.olderThanProgram(
                path: connection.path,
                missing: ["one", "two", "three"][count]
            )
            #expect(throws: failure) { try Migrator.first(3).verify(connection) }
            #expect(try connection.value("PRAGMA user_version") == count)
        }
    }

    @Test("two programs that migrate at once both succeed, and each migration is applied once")
    func concurrent() async throws {
        for _ in 0..<20 {
            try await TemporaryFolder.with { folder throws in
                try Connection(path: folder.file("db"), mode: .create).close()
                try await withThrowingTaskGroup { group in
                    for _ in 0..<2 {
                        group.addTask {
                            let connection = try Connection(path: folder.file("db"), mode: .readWrite)
                            defer { connection.close() }
                            try Migrator.first(3).migrate(connection)
                        }
                    }
                    try await group.waitForAll()
                }
                #expect(try Shell.query(folder.file("db"), "SELECT x FROM a") == "15")
            }
        }
    }

    // MARK: Failures and crashes

    @Test("a migration that fails leaves the state before it, and keeps those that were applied")
    func failing() async throws {
        try await withDatabase { connection, _ throws in
            var broken = Migrator.first(2)
            let sql = "UPDATE a SET x = 7; CREATE TABLE c (z INTEGER) STRICT; INSERT INTO missing VALUES (1)"
            broken.migrations.append(Migration("broken", sql: sql))
            #expect(throws: SQLiteError.self) { try broken.migrate(connection) }
            #expect(throws: Never.self) { try Migrator.first(2).verify(connection) }
            #expect(try connection.value("SELECT x FROM a") == 10)
            #expect(try connection.value("SELECT count(*) FROM sqlite_schema WHERE name = 'c'") == 0)
            #expect(try connection.value("PRAGMA user_version") == 2)
            // The next version of the program goes on from there.
            try Migrator.first(3).migrate(connection)
            #expect(try connection.value("SELECT x FROM a") == 15)
        }
    }

    /// The kernel kills the process in the middle of a migration's writes: a file may grow to 4 MiB, and it writes 40.
    @Test("a process that dies in a migration leaves the state before it", arguments: [0, 1])
    func dying(before count: Int) async throws {
        try await TemporaryFolder.with { folder throws in
            let path = folder.file("db")
            if count > 0 { try Migrator.first(count).open(path, mode: .create).close() }
            await #expect(processExitsWith: .signal(SIGXFSZ)) { [path = path as String, count = count as Int] in
                var limit = rlimit(rlim_cur: 4 << 20, rlim_max: 4 << 20)
                setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
                signal(SIGXFSZ, SIG_DFL)
                // Threads of the pool block it.
                var signals = sigset_t()
                sigemptyset(&signals)
                sigaddset(&signals, SIGXFSZ)
                pthread_sigmask(SIG_UNBLOCK, &signals, nil)
                try Migrator.heavy(after: count).open(path, mode: .create).close()
            }
            let left = try Shell.query(path, "SELECT count(*) FROM sqlite_schema WHERE name = 'big'")
            #expect(left == "0")
            #expect(try Shell.query(path, "PRAGMA user_version") == "\(count)")
            if count > 0 { #expect(try Shell.query(path, "SELECT x FROM a") == "1") }
            try Migrator.heavy(after: count).open(path, mode: .readWrite).close()
            #expect(try Shell.query(path, "SELECT count(*) FROM big") == "40000")
            #expect(try Shell.query(path, "PRAGMA user_version") == "\(count + 1)")
        }
    }
}

extension Migrator {
    /// The first ones of three migrations.
    static func first(_ count: Int, applicationID: Int32 = 0x5352_0001) -> Migrator {
        let all = [
            Migration("one", sql: "CREATE TABLE a (x INTEGER) STRICT; INSERT INTO a VALUES (1)"),
            Migration("two", sql: "UPDATE a SET x = x * 10; CREATE TABLE b (y INTEGER) STRICT"),
            Migration("three", sql: "UPDATE a SET x = x + 5"),
        ]
        return Migrator(applicationID: applicationID, migrations: Array(all.prefix(count)))
    }

    /// The first ones, and one more that writes 40 MB.
    fileprivate static func heavy(after count: Int) -> Migrator {
        var migrator = first(count)
        let change = count > 0 ? "UPDATE a SET x = 100;" : ""
        let sql = """
            \(change) CREATE TABLE big (t BLOB) STRICT;
            WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40000)
            INSERT INTO big SELECT randomblob(1000) FROM n
            """
        migrator.migrations.append(Migration("heavy", sql: sql))
        return migrator
    }
}
