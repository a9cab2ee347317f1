import RotationCore
import SQLite
import Scheduling
import TestSupport
import Testing
import ValueGenerators

@testable import RotationStore

/// Databases that earlier versions wrote.
struct UpgradeTests {
    /// Each earlier schema, with a schedule in it that has all its keys, becomes the present one and keeps everything.
    @Test(arguments: 1..<MainSchema.migrator.steps.count)
    func earlierDatabaseIsTakenOver(version: Int) async throws {
        try await TemporaryFolder.with { folder async throws in
            let path = folder.file("rotator.db")
            let present = MainSchema.migrator
            let earlier = Migrator(applicationID: present.applicationID, steps: Array(present.steps.prefix(version)))
            let connection = try Connection(path: path, mode: .create)
            try earlier.migrate(connection)
            try connection.execute(
                """
                INSERT INTO schedules (hub, alias, cron, timezone, window_ms, jitter_ms, max_age_ms, min_interval_ms,
                    catch_up, group_name, group_spacing_ms, generator, description, finish_after_ms, owner, policy, anchor,
                    next_due, paused_at, paused_until, pause_reason, last_opened, last_success, last_fingerprint, failures)
                VALUES ('h', 'a', '0 3 * * *', 'Europe/Berlin', 3600000, 60000, 864000000, 5000, 'skip', 'g', 7000,
                    '{"type":"uuid","version":4}', 'd', 9000, 'o', 'p', 1000, 2000, 3000, 4000, 'r', 5000, 6000,
                    x'0102', 3),
                    ('h', 'b', '@daily', NULL, NULL, 0, NULL, 0, 'once', NULL, NULL, '{"type":"uuid","version":4}', NULL, 0,
                    NULL, NULL, 1, 2, NULL, NULL, NULL, NULL, NULL, NULL, 0)
                """

            )
            connection.close()
            let ledger = try Ledger(
                path: path,
                origin: EngineWorld.origin,
                mayMigrate: true,
                generators: BuiltInGenerators()
            )
            defer { ledger.close() }
            let schedules = try ledger.history.schedules()
            #expect(schedules.map(\.secret.alias.text) == ["a", "b"])
            let first = try #require(schedules.first)
            let fields = JSONValue.object(first.definition.fields).canonicalText
            #expect(
                fields == """
                    {"catch_up":"skip","cron":"0 3 * * *","description":"d","finish_after":"9s",\
                    "generator":{"type":"uuid","version":4},"group":"g","group_spacing":"7s","jitter":"1m",\
                    "max_age":"10d","min_interval":"5s","owner":"o","policy":"p","timezone":"Europe/Berlin","window":"1h"}
                    """
            )
            let ms = { (value: Instant?) in value?.rawValue }
            #expect(
                [ms(first.anchor), ms(first.nextDue), ms(first.lastOpened), ms(first.lastSuccess)] == [
                    1000, 2000, 5000, 6000,
                ]
            )
            #expect(first.lastFingerprint == [1, 2] && first.failures == 3 && first.adoptedFingerprint == nil)
            #expect(
                first.pause
                    == .init(since: Instant(milliseconds: 3000), until: Instant(milliseconds: 4000), reason: "r")
            )
            #expect(try Self.answer(path, "PRAGMA integrity_check") == "ok")
        }
    }

    /// What is upgraded has the very schema of what is new.
    @Test func upgradedSchemaIsThatOfANewDatabase() async throws {
        try await TemporaryFolder.with { folder async throws in
            let present = MainSchema.migrator
            let schema = "SELECT group_concat(name || ' ' || sql, ';') FROM (SELECT * FROM sqlite_schema ORDER BY name)"
            var found: Set<String> = []
            for version in [0, 1, 4] {
                let path = folder.file("\(version).db")
                let connection = try Connection(path: path, mode: .create)
                defer { connection.close() }
                let steps = Array(present.steps.prefix(version))
                if version > 0 { try Migrator(applicationID: present.applicationID, steps: steps).migrate(connection) }
                try present.migrate(connection)
                found.insert(try Self.answer(path, schema))
            }
            #expect(found.count == 1)
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

    private static func answer(_ path: String, _ sql: String, _ column: Int32 = 0) throws -> String {
        let connection = try Connection(path: path, mode: .readOnly)
        defer { connection.close() }
        let text: String? = try connection.first(sql) { row throws(SQLiteError) in try row.get(column) }
        return text ?? ""
    }
}
