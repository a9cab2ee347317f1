import Foundation
import SQLite
import Scheduling
import TestSupport
import Testing
import ValueGenerators

@testable import RotationStore

/// What a new database is, and which ones are refused.
struct SchemaTests {
    /// The databases of versions before 1.0.0-beta.1.
    private static let earlier = (
        main: "PRAGMA application_id = 0x53526F74", candidates: "PRAGMA application_id = 0x53526F43"
    )

    /// Anyone with file(1) or the `sqlite3` shell can tell whose they are.
    @Test(arguments: [
        ("rotator.db", "SRhi", ["history", "audit tree", "archives", "audit keys", "drift", "witnesses", "views"]),
        ("rotator.db.candidates", "SRca", ["candidates"]),
    ])
    func newDatabaseSaysWhatItIs(name: String, kind: String, migrations: [String]) async throws {
        try await StoreFixture.with { fixture async throws in
            let path = fixture.folder.file(name)
            let identifier = kind.utf8.reduce(0) { $0 << 8 | Int($1) }
            #expect(try Self.answer(path, "SELECT application_id || '' FROM pragma_application_id") == "\(identifier)")
            #expect(
                try Self.answer(path, "SELECT user_version || '' FROM pragma_user_version") == "\(migrations.count)"
            )
            let names = try Self.answer(path, "SELECT group_concat(name) FROM migrations")
            #expect(names == migrations.sorted().joined(separator: ","), "\(names)")
            let loose = """
                SELECT count(*) || '' FROM pragma_table_list
                WHERE schema = 'main' AND type = 'table' AND NOT strict AND name NOT LIKE 'sqlite_%'
                """
            let count = try Self.answer(path, loose)
            #expect(count == "0", "tables that are not STRICT")
            #expect(try Self.answer(path, "PRAGMA integrity_check") == "ok")
        }
    }

    /// What the tables hold is explained where they are.
    @Test func tablesCarryTheirComments() async throws {
        try await StoreFixture.with { fixture async throws in
            let path = fixture.folder.file("rotator.db")
            let bare = """
                SELECT coalesce(group_concat(name), '') FROM sqlite_schema
                WHERE type = 'table' AND name NOT IN ('migrations') AND name NOT LIKE 'sqlite_%' AND sql NOT LIKE '%-- %'
                """
            let tables = try Self.answer(path, bare)
            #expect(tables.isEmpty, "these have no comment within their parentheses: \(tables)")
        }
    }

    /// Watched schedules are found by their own index, however many others there are.
    @Test func watchedSchedulesAreFoundByTheirIndex() async throws {
        try await StoreFixture.with { fixture async throws in
            let plan = try Self.answer(
                fixture.folder.file("rotator.db"),
                "EXPLAIN QUERY PLAN " + ScheduleTable.watchedQuery,
                3
            )
            #expect(plan.contains("schedules_watched"), "\(plan)")
        }
    }

    // MARK: Refused

    @Test func olderProgramRefusesANewerDatabase() async throws {
        try await StoreFixture.with { fixture async throws in
            try fixture.execute("INSERT INTO migrations (name, applied_at) VALUES ('of-next-year', 0)")
            let failure = Migrator.Failure.newerThanProgram(path: fixture.path, unknown: "of-next-year")
            #expect(throws: failure) { try fixture.ledger() }
            #expect(throws: failure) { try History(path: fixture.path, generators: BuiltInGenerators()) }
            #expect(throws: failure) { try fixture.reopened() }
        }
    }

    /// Whoever opens it is told how to go on, and it stays as it is, to the byte.
    @Test func databaseOfAnEarlierVersionIsRefused() async throws {
        try await StoreFixture.with { fixture async throws in
            try fixture.execute(Self.earlier.main)
            await fixture.store.close()
            let before = try Self.files(fixture)
            let openers: [@Sendable (StoreFixture) throws -> Void] = [
                { _ = try $0.ledger() }, { _ = try History(path: $0.path, generators: BuiltInGenerators()) },
                { _ = try $0.reopened() },
                {
                    _ = try Ledger(
                        path: $0.path,
                        origin: EngineWorld.origin,
                        mayMigrate: true,
                        generators: BuiltInGenerators()
                    )
                },
            ]
            for open in openers {
                let failure = #expect(throws: Migrator.Failure.self) { try open(fixture) }
                let text = failure?.description ?? ""
                #expect(text.hasPrefix("\(fixture.path) was made by a version before 1.0.0-beta.1"))
                for step in [
                    "rotation list --open", "schedule export > schedules.yaml", ".candidates", ".mark",
                    "schedule apply -f schedules.yaml", "sqlite3 -readonly",
                ] {
                    #expect(text.contains(step), "\(step)")
                }
            }
            #expect(try Self.files(fixture) == before)
        }
    }

    /// A history that was moved away without its candidates is not followed by a new one, which a second move would put
    /// over it.
    @Test func candidatesOfAnEarlierVersionAreRefusedBeforeAHistoryIsMade() async throws {
        try await StoreFixture.with { fixture async throws in
            try fixture.execute(Self.earlier.candidates, database: "rotator.db.candidates")
            await fixture.store.close()
            let path = fixture.folder.file("rotator.db.candidates")
            let isTold = { (error: any Error) in "\(error)".hasPrefix("\(path) was made by a version before") }
            #expect(performing: { try fixture.reopened() }, throws: isTold)
            for name in ["rotator.db", "rotator.db-wal", "rotator.db-shm", "rotator.db.mark"] {
                try? FileManager.default.removeItem(atPath: fixture.folder.file(name))
            }
            let before = try Self.files(fixture)
            #expect(performing: { try fixture.reopened() }, throws: isTold)
            #expect(
                performing: {
                    try Ledger(
                        path: fixture.path,
                        origin: EngineWorld.origin,
                        mayMigrate: true,
                        generators: BuiltInGenerators()
                    )
                },
                throws: isTold
            )
            #expect(try Self.files(fixture) == before)
            #expect(before["rotator.db"] == nil)
        }
    }

    /// All files but the -shm, which holds no data.
    private static func files(_ fixture: StoreFixture) throws -> [String: Data] {
        try fixture.folder.contents().filter { !$0.key.hasSuffix("-shm") }
    }

    private static func answer(_ path: String, _ sql: String, _ column: Int32 = 0) throws -> String {
        let connection = try Connection(path: path, mode: .readOnly)
        defer { connection.close() }
        let text: String? = try connection.first(sql) { row throws(SQLiteError) in try row.get(column) }
        return text ?? ""
    }
}

extension StoreFixture {
    /// The main database.
    fileprivate var path: String { folder.file("rotator.db") }
}
