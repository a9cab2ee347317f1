import RotationCore
import SQLite
import Scheduling
import TestSupport
import Testing

@testable import RotationStore

/// More rows than a range or a page of the copier has: all that differ are found, those at its ends too.
@Suite(.timeLimit(.minutes(3)))
struct CopyRangeTests {
    private static let count = 1300

    /// Schedules, waiting requests and open rotations, so many of each, and the entries that tell of the first two.
    private static func fill(_ fixture: StoreFixture) async throws {
        let now = fixture.clock.now
        let names = try (0..<count).map { try fixture.name("s\($0)") }
        try await fixture.store.withLedger { ledger in
            try ledger.add(
                names.map { try EngineWorld.schedule($0.alias.text, now: now) },
                actor: .daemon,
                now: now
            )
            _ = try ledger.request(
                names.map {
                    RotationRequest(
                        id: RotationID(milliseconds: now.rawValue, random: fixture.random),
                        secret: $0,
                        requestedAt: now,
                        trigger: .rotateNow,
                        fresh: true
                    )
                },
                actor: .daemon
            )
        }
        try fixture.execute(
            """
            INSERT INTO rotations
                (id, hub, alias, "trigger", opened_at, generator, policy_hash, finish_after_ms, phase)
            SELECT printf('00000000-0000-7000-8000-%012x', row_number() OVER ()), hub, alias, 'schedule', 1, '{}', '', 0,
                'claimed' FROM schedules;
            """
        )
    }

    /// Changes that nobody tells, in each place of a range: rows that go in long runs, that change and that are new.
    private static func change(_ fixture: StoreFixture, seed: UInt64) throws {
        var numbers = SplitMix64(seed: seed)
        let (first, step) = (Int.random(in: 0..<900, using: &numbers), Int.random(in: 2...7, using: &numbers))
        try fixture.execute(
            """
            DELETE FROM requests WHERE rotation IS NULL AND alias IN (
                SELECT alias FROM schedules ORDER BY alias LIMIT 350 OFFSET \(first));
            UPDATE requests SET rotation = (SELECT r.id FROM rotations AS r WHERE r.alias = requests.alias)
            WHERE unicode(substr(id, 36, 1)) % \(step) = 0;
            DELETE FROM schedules WHERE alias IN (SELECT alias FROM schedules ORDER BY alias LIMIT 350 OFFSET \(first));
            UPDATE schedules SET owner = 'x\(seed)' WHERE unicode(substr(alias, -1)) % \(step) = 0;
            UPDATE rotations SET attempts = attempts + 1 WHERE unicode(substr(id, 36, 1)) % \(step) = 0;
            INSERT INTO schedules (hub, alias, every_ms, min_interval_ms, generator, anchor, next_step)
            SELECT hub, alias || 'n', 1000, 0, generator, 0, 'never' FROM schedules;
            """
        )
    }

    @Test(arguments: 1...6 as ClosedRange<UInt64>)
    func comparisonFindsAllThatDiffers(seed: UInt64) async throws {
        try await StoreFixture.with { fixture async throws in
            try await Self.fill(fixture)
            let database = fixture.folder.file("rotator.db")
            let copier = HistoryCopier(of: database, stream: fixture.store.stream, clock: fixture.clock)
            await copier.bringUpToDate()
            try #require(copier.trouble == nil)
            try #require(CopyComparison.differences(database) == [])
            try Self.change(fixture, seed: seed)
            // All that it knows of: that it must read again.
            let next = HistoryCopier(of: database, stream: fixture.store.stream, clock: fixture.clock)
            _ = consume copier
            await next.bringUpToDate()
            try #require(next.trouble == nil, "seed \(seed)")
            #expect(try CopyComparison.differences(database) == [], "seed \(seed)")
        }
    }

    /// Requests that were added and served since are named by entries alone.
    @Test func requestsThatWereServedSinceAreFound() async throws {
        try await StoreFixture.with { fixture async throws in
            let database = fixture.folder.file("rotator.db")
            let copier = HistoryCopier(of: database, stream: fixture.store.stream, clock: fixture.clock)
            await copier.bringUpToDate()
            try await Self.fill(fixture)
            try fixture.execute(
                "UPDATE requests SET rotation = (SELECT r.id FROM rotations AS r WHERE r.alias = requests.alias)"
            )
            try fixture.execute(
                "UPDATE rotations SET phase = 'closed', outcome = 'failed', ended_at = 2, closed_at = 2"
            )
            let next = HistoryCopier(of: database, stream: fixture.store.stream, clock: fixture.clock)
            _ = consume copier
            await next.bringUpToDate()
            #expect(next.trouble == nil)
            // The rotations were made and closed without an entry: no daemon does that.
            #expect(try CopyComparison.differences(database) == ["rotations"])
        }
    }
}
