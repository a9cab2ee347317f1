import Foundation
import RotationCore
import RotationStore
import SQLite
import Scheduling
import TestSupport
import Testing

/// Windows, catching up, groups and time zones, as the claiming transaction sees them.
struct TimingTests {
    private static let hour = Duration.seconds(3600)

    @Test func missedWindowIsToldAndTheNextSlotIsWaitedFor() async throws {
        try await StoreFixture.with { fixture async throws in
            let start = fixture.clock.now
            try fixture.add("w") { $0.window = .seconds(600) }
            fixture.clock.advance(by: .seconds(3600 + 601))
            #expect(try await fixture.claim(.schedule, alias: "w") == nil)
            let detail = JSONValue.object([
                "error": "window", "scheduled_for": .string(start.advanced(by: Self.hour).rfc3339),
                "next_due": .string(start.advanced(by: Self.hour * 2).rfc3339),
            ])
            #expect(try fixture.details("rotation.missed") == [detail])
            // To the next window's last instant.
            fixture.clock.advance(by: .seconds(3599))
            #expect(try await fixture.claim(.schedule, alias: "w")?.slot == start.advanced(by: Self.hour * 2))
        }
    }

    @Test func ageOverridesTheWindowAndSaysSo() async throws {
        try await StoreFixture.with { fixture async throws in
            try fixture.add("w") { ($0.window, $0.maxAge) = (.seconds(600), .seconds(5400)) }
            fixture.clock.advance(by: .seconds(3600 + 601))
            #expect(try await fixture.claim(.schedule, alias: "w") != nil)
            let details = try fixture.details("rotation.opened")
            guard case .object(let detail) = details.last else { throw NeverHappened(description: "an entry") }
            #expect(detail["window_overridden"] == "max_age")
        }
    }

    @Test func requestIgnoresTheWindow() async throws {
        try await StoreFixture.with { fixture async throws in
            try fixture.add("w") { $0.window = .zero }
            #expect(try await fixture.claim(.rotateNow, alias: "w")?.slot == nil)
        }
    }

    @Test func slotThatPassedWhileTheDaemonWasDownIsSkippedWhereTheScheduleWantsThat() async throws {
        try await StoreFixture.with { fixture async throws in
            try fixture.add("s") { $0.catchUp = .skip }
            fixture.clock.advance(by: .seconds(3700))
            #expect(try await fixture.claim(.schedule, alias: "s", startedAt: fixture.clock.now) == nil)
            #expect(try fixture.details("rotation.missed").count == 1)
            fixture.clock.advance(by: Self.hour)
            let startedAt = fixture.clock.now.advanced(by: .seconds(-600))
            #expect(try await fixture.claim(.schedule, alias: "s", startedAt: startedAt)?.trigger == .schedule)
        }
    }

    /// Many slots that passed become one rotation, not all at the same moment, and are not put off twice.
    @Test func slotsThatPassedCoalesceAndAreSpreadOut() async throws {
        try await StoreFixture.with { fixture async throws in
            let names = (0..<20).map { "c\($0)" }
            for name in names { try fixture.add(name) { $0.minInterval = .zero } }
            fixture.clock.advance(by: Self.hour * 100 + .seconds(60))
            let startedAt = fixture.clock.now
            var begun: [String: Duration] = [:]
            for minute in 0...30 {
                for name in names where begun[name] == nil {
                    guard let rotation = try await fixture.claim(.schedule, alias: name, startedAt: startedAt) else {
                        continue
                    }
                    #expect(rotation.trigger == .catchUp)
                    begun[name] = .seconds(60 * minute)
                    try await fixture.end(rotation)
                    #expect(try await fixture.claim(.schedule, alias: name, startedAt: startedAt) == nil)
                }
                fixture.clock.advance(by: .seconds(60))
            }
            #expect(begun.count == names.count)
            #expect(Set(begun.values).count > 5)
        }
    }

    /// Of very many schedules and requests, finding what is due reads those that are.
    @Test(arguments: [
        (Ledger.dueSlotsQuery, "schedules_due (hub=? AND due_at<?)"),
        (Ledger.dueRequestsQuery, "requests_waiting (hub=?)"),
        (Ledger.dueRequestsQuery, "requests_by_secret (hub=? AND alias=?)"),
    ])
    func dueWorkIsFoundByItsIndex(query: String, index: String) async throws {
        try await StoreFixture.with { fixture async throws in
            let connection = try Connection(path: fixture.folder.file("rotator.db"), mode: .readOnly)
            defer { connection.close() }
            let plan: [String] = try connection.all(
                "EXPLAIN QUERY PLAN " + query,
                "h",
                fixture.clock.now,
                9
            ) { row throws(SQLiteError) in try row.get(3) }
            #expect(plan.contains { $0.contains(index) }, "\(plan)")
            #expect(!plan.contains { $0.contains("SCAN") || $0.contains("TEMP B-TREE") }, "\(plan)")
        }
    }

    // MARK: Groups

    @Test func twoOfAGroupRotateOneAfterTheOtherAndApart() async throws {
        try await StoreFixture.with { fixture async throws in
            for name in ["g1", "g2"] {
                try fixture.add(name) { $0.group = .init(name: "pair", spacing: .seconds(600)) }
            }
            fixture.clock.advance(by: Self.hour)
            let first = try #require(try await fixture.claim(.schedule, alias: "g1"))
            #expect(try await fixture.claim(.schedule, alias: "g2") == nil)
            let due = { try fixture.store.dueWork(hub: "h", now: fixture.clock.now, limit: 9).map(\.key) }
            let second = DueWork.Key.secret(try fixture.name("g2"))
            #expect(try !due().contains(second))
            fixture.clock.advance(by: .seconds(30))
            try await fixture.end(first)
            // From its end on, also for a request.
            #expect(try await fixture.claim(.rotateNow, alias: "g2") == nil)
            let free = fixture.clock.now.advanced(by: .seconds(600))
            try fixture.execute("UPDATE schedules SET next_due = 9e12 WHERE alias = 'a'")
            #expect(try fixture.store.earliestDue(hub: "h", now: fixture.clock.now) == free)
            fixture.clock.advance(by: .seconds(600))
            #expect(try due().contains(second))
            #expect(try await fixture.claim(.schedule, alias: "g2") != nil)
        }
    }

    @Test func requestThatWaitsForItsGroupIsNoDueWork() async throws {
        try await StoreFixture.with { fixture async throws in
            for name in ["g1", "g2"] { try fixture.add(name) { $0.group = .init(name: "pair", spacing: .zero) } }
            let first = try #require(try await fixture.claim(.rotateNow, alias: "g1"))
            let id = RotationID(milliseconds: fixture.clock.now.rawValue, random: fixture.random)
            let request = RotationRequest(
                id: id,
                secret: try fixture.name("g2"),
                requestedAt: fixture.clock.now,
                trigger: .rotateNow
            )
            _ = try fixture.ledger().request([request], actor: .daemon)
            let keys = { try fixture.store.dueWork(hub: "h", now: fixture.clock.now, limit: 9).map(\.key) }
            let second = DueWork.Key.secret(try fixture.name("g2"))
            #expect(try !keys().contains(second))
            try await fixture.end(first)
            #expect(try keys().contains(second))
        }
    }

    // MARK: Zones

    @Test func renewedZoneMovesWhatIsDueByItAndIsTold() async throws {
        try await StoreFixture.with { fixture async throws in
            try fixture.add("z") {
                $0.cadence = .cron(try CronExpression("0 3 * * *"))
                $0.timezone = try ZoneDatabase.system.zone(named: "Europe/Berlin")
            }
            let ledger = try fixture.ledger()
            let before = try #require(try ledger.history.schedule(of: fixture.name("z"))?.nextDue)
            #expect(try ledger.refreshZones(now: fixture.clock.now).isEmpty)
            // Tonga's rules under Berlin's name.
            let folder = fixture.folder.file("zoneinfo")
            let berlin = "\(folder)/Europe/Berlin"
            try FileManager.default.createDirectory(atPath: "\(folder)/Europe", withIntermediateDirectories: true)
            try FileManager.default.copyItem(atPath: "/usr/share/zoneinfo/Pacific/Tongatapu", toPath: berlin)
            let renewed = ZoneDatabase(folder: folder)
            #expect(try ledger.refreshZones(renewed, now: fixture.clock.now) == ["Europe/Berlin"])
            let after = try #require(try ledger.history.schedule(of: fixture.name("z"))?.nextDue)
            // 03:00 at +13 is 14:00 UTC, 03:00 at +1 is 02:00.
            #expect(before.rfc3339.contains("T02:00") && after.rfc3339.contains("T14:00"))
            #expect(try fixture.details("schedule.changed").count == 1)
            #expect(try ledger.refreshZones(renewed, now: fixture.clock.now).isEmpty)
        }
    }

    @Test func rowWithAZoneThatIsGoneFailsAlone() async throws {
        try await StoreFixture.with { fixture async throws in
            try fixture.add("z") { $0.cadence = .cron(try CronExpression("0 3 * * *")) }
            try fixture.execute("UPDATE schedules SET timezone = 'Mars/Phobos' WHERE alias = 'z'")
            var broken: [UndecodableRow] = []
            #expect(try fixture.ledger().history.schedules { broken.append($0) }.count == 1)
            #expect(broken.map(\.row).allSatisfy { $0.contains("Mars/Phobos") } && broken.count == 1)
        }
    }
}
