import Foundation
import SQLite
import TestSupport
import Testing

@Suite("What each connection is set to")
struct PragmaTests {
    @Test(
        "a writer's settings are in force",
        arguments: [("synchronous", 2), ("foreign_keys", 1), ("secure_delete", 1), ("trusted_schema", 0)]
    )
    func numbers(pragma: String, expected: Int) async throws {
        try await withDatabase { connection, _ throws in
            #expect(try connection.value("PRAGMA \(pragma)") == expected)
        }
    }

    @Test(
        "a reader's settings are in force",
        arguments: [("query_only", 1), ("foreign_keys", 1), ("trusted_schema", 0)]
    )
    func readerNumbers(pragma: String, expected: Int) async throws {
        try await withDatabase { connection, _ throws in
            let reader = try Connection(path: connection.path, mode: .readOnly)
            defer { reader.close() }
            #expect(try reader.value("PRAGMA \(pragma)") == expected)
        }
    }

    @Test("a draft keeps no journal, and its memory is bounded, however large its transactions are")
    func draft() async throws {
        try await TemporaryFolder.with { folder in
            let draft = try Connection(path: folder.file("draft"), mode: .draft)
            defer { draft.close() }
            let journal: String? = try draft.first("PRAGMA journal_mode") { row throws(SQLiteError) in try row.get(0) }
            #expect(journal == "off")
            #expect(try draft.value("PRAGMA cache_size") == -4000)
            #expect(try draft.value("PRAGMA foreign_keys") == 0)
            #expect(try draft.value("PRAGMA trusted_schema") == 0)
            // Defensive: nobody changes the schema's table.
            #expect(throws: SQLiteError.self) { try draft.execute("UPDATE sqlite_schema SET sql = ''") }
        }
    }

    @Test("the journal is a write-ahead log, for other programs too")
    func journal() async throws {
        try await withDatabase("CREATE TABLE t (a ANY) STRICT") { connection, _ throws in
            #expect(try connection.value("PRAGMA journal_mode") == "wal")
            #expect(try Shell.query(connection.path, "PRAGMA journal_mode") == "wal")
        }
    }

    @Test("the write-ahead log and its index stay after the last connection has closed", arguments: ["-wal", "-shm"])
    func persistentLog(suffix: String) async throws {
        try await withDatabase("CREATE TABLE t (a ANY) STRICT") { connection, _ throws in
            connection.close()
            #expect(FileManager.default.fileExists(atPath: connection.path + suffix))
        }
    }

    @Test("the schema table can't be written by hand")
    func defensive() async throws {
        try await withDatabase("CREATE TABLE t (a ANY) STRICT; PRAGMA writable_schema = ON") { connection, _ throws in
            #expect(throws: SQLiteError.self) { try connection.execute("UPDATE sqlite_schema SET sql = ''") }
        }
    }

    @Test("foreign keys are enforced")
    func foreignKeys() async throws {
        let schema = """
            CREATE TABLE parent (id INTEGER PRIMARY KEY) STRICT;
            CREATE TABLE child (parent INTEGER NOT NULL REFERENCES parent) STRICT;
            """
        try await withDatabase(schema) { connection, _ throws in
            let error = #expect(throws: SQLiteError.self) { try connection.run("INSERT INTO child VALUES (?)", 7) }
            #expect(error?.code == .constraint)
        }
    }
}
