import RotationCore
import RotationStore
import SQLite
import Scheduling
import TestSupport
import Testing

/// What the view `schedule_current` tells auditors.
struct ScheduleViewTests {
    /// One row of the view, with the instant at which SQLite has read it.
    private struct Seen {
        var alias: String
        var step: String
        var slot: String?
        var nextDue: String?
        var overdueSince: String?
        var now: Int64
    }

    private static func seen(_ fixture: StoreFixture) throws -> [Seen] {
        let connection = try Connection(path: fixture.folder.file("rotator.db"), mode: .readOnly)
        defer { connection.close() }
        // As in an auditor's shell: the view uses JSON functions.
        try connection.execute("PRAGMA trusted_schema = ON")
        return try connection.all(
            """
            SELECT alias, next_step, slot, next_due, overdue_since,
                CAST(round((julianday('now') - 2440587.5) * 86400000) AS INTEGER) AS now
            FROM schedule_current ORDER BY now, alias
            """
        ) { row throws(SQLiteError) in
            Seen(
                alias: try row.get(0),
                step: try row.get(1),
                slot: try row.get(2),
                nextDue: try row.get(3),
                overdueSince: try row.get(4),
                now: try row.get(5)
            )
        }
    }

    @Test func neverIsNullAndARequestHasTheInstantOfItsAdding() async throws {
        try await StoreFixture.with { fixture async throws in
            let start = fixture.clock.now.rfc3339
            _ = try fixture.addWatched("never")
            let ledger = try fixture.ledger()
            let definition = try EngineWorld.schedule("asked", now: fixture.clock.now).definition
            let asked = Schedule(
                adding: definition,
                for: try fixture.name("asked"),
                now: fixture.clock.now,
                rotatesAtOnce: true
            )
            try ledger.add([asked], actor: .daemon, now: fixture.clock.now)
            let rows = Dictionary(uniqueKeysWithValues: try Self.seen(fixture).map { ($0.alias, $0) })
            let never = try #require(rows["never"])
            #expect(never.step == "never" && never.slot == nil && never.nextDue == nil)
            let requested = try #require(rows["asked"])
            #expect(requested.step == "requested" && requested.slot == start && requested.nextDue == start)
            let slot = fixture.clock.now.advanced(by: .seconds(3600)).rfc3339
            let plain = try #require(rows["a"])
            #expect(plain.step == "slot" && plain.slot == slot && plain.nextDue == slot)
        }
    }

    /// SQL and Swift agree about what is overdue, to the millisecond.
    @Test func overdueIsTheSameInSQLAndInSwift() async throws {
        try await StoreFixture.with { fixture async throws in
            let age = 86_400_000
            // The expiry of the nth row is n milliseconds after this, so that one of them expires as it is read.
            let expiry = "(CAST(round((julianday('now') - 2440587.5) * 86400000) AS INTEGER) - 100)"
            let cases = [
                ("unlimited", "max_age_ms = NULL"), ("young", "last_success = \(expiry)"),
                ("old", "last_success = \(expiry) - \(age) - 60000"),
                ("rotated", "anchor = 0, last_success = \(expiry)"),
                ("never", "anchor = \(expiry) - 2 * \(age)"), ("first", "anchor = 0, last_success = NULL"),
                ("ancient", "last_success = -62167219200000"), ("future", "last_success = 253402300799999"),
            ]
            let ledger = try fixture.ledger()
            var definition = try EngineWorld.schedule("a", now: fixture.clock.now).definition
            definition.maxAge = .milliseconds(age)
            let names = try (cases.map(\.0) + (0..<300).map { "m\($0)" }).map(fixture.name)
            let added = names.map { Schedule(adding: definition, for: $0, now: fixture.clock.now) }
            try ledger.add(added, actor: .daemon, now: fixture.clock.now)
            let rows = (0..<300).map {
                "UPDATE schedules SET anchor = \(expiry) - \(age) + \($0) WHERE alias = 'm\($0)';"
            }
            let changes = cases.map { "UPDATE schedules SET \($1) WHERE alias = '\($0)';" }
            try fixture.execute("BEGIN; " + (rows + changes).joined(separator: "\n") + " COMMIT;")
            let read = try ledger.history.schedules().map { ($0.secret.alias.text, $0) }
            let schedules = Dictionary(uniqueKeysWithValues: read)
            let seen = try Self.seen(fixture)
            for row in seen {
                let schedule = try #require(schedules[row.alias])
                let since = schedule.overdueSince(now: Instant(milliseconds: row.now))
                #expect(row.overdueSince == since?.rfc3339, "\(row)")
            }
            let overdue = seen.filter { $0.overdueSince != nil }.map(\.alias)
            #expect(Set(["old", "never", "first", "ancient"]).isSubset(of: overdue))
            #expect(Set(["unlimited", "young", "rotated", "future", "a"]).isDisjoint(with: overdue))
            #expect(overdue.contains("m0"))
        }
    }
}
