import RotationCore
import RotationStore
import Scheduling
import TestSupport
import Testing

/// The figures of metrics and of the status page.
struct FigureTests {
    /// Each secret is in the first state that applies to it.
    @Test func secretsAreCountedByState() async throws {
        try await EngineWorld.with("ok", "paused", "failing", "overdue", "old_but_paused", "parked", "rotating") {
            world async throws in
            let now = world.clock.now.rawValue
            try await world.execute(
                """
                UPDATE schedules SET max_age_ms = 1000, anchor = \(now - 2000)
                    WHERE alias IN ('overdue', 'old_but_paused', 'failing');
                UPDATE schedules SET paused_at = \(now - 1) WHERE alias IN ('paused', 'old_but_paused');
                UPDATE schedules SET paused_at = \(now - 9), paused_until = \(now - 1) WHERE alias = 'ok';
                UPDATE schedules SET failures = 2 WHERE alias = 'failing';
                UPDATE schedules SET last_success = \(now - 500) WHERE alias IN ('ok', 'rotating');
                UPDATE schedules SET last_success = \(now - 400) WHERE alias = 'paused';
                """
            )
            for (alias, phase) in [("parked", "parked"), ("rotating", "staged")] {
                try await world.execute(
                    """
                    INSERT INTO rotations (id, hub, alias, "trigger", opened_at, generator, policy_hash, finish_after_ms, phase)
                    VALUES ('\(alias)', 'h', '\(alias)', 'schedule', \(now), '{}', '', 0, '\(phase)')
                    """
                )
            }
            let figures = try world.history { try $0.figures(hubs: ["h", "none"], now: world.clock.now) }
            let hub = try #require(figures.hubs.first)
            #expect(hub.states == [.ok: 1, .paused: 2, .failing: 1, .overdue: 1, .parked: 1, .rotating: 1])
            #expect(hub.secrets == 7 && hub.overdue == 2 && hub.neverRotated == 4)
            #expect(hub.oldestSuccess == Instant(milliseconds: now - 500))
            #expect(figures.hubs.last == HistoryFigures.Hub(name: "none"))
            #expect(try world.history { try $0.openRotations() }.map(\.alias).sorted() == ["parked", "rotating"])
            try await world.execute("DELETE FROM rotations")
        }
    }

    /// The next due instants of all hubs, and the rotations of the last days by outcome.
    @Test func listsAreShortAndSorted() async throws {
        try await EngineWorld.with((0..<12).map { "s\($0)" }) { world async throws in
            let now = world.clock.now
            let day = Int64(86_400_000)
            for number in 0..<20 {
                let ended = now.rawValue - Int64(number) * day
                try await world.execute(
                    """
                    INSERT INTO rotations (id, hub, alias, "trigger", opened_at, generator, policy_hash, finish_after_ms, phase,
                        outcome, ended_at, closed_at)
                    VALUES ('r\(number)', 'h', 's0', 'schedule', \(ended - 5), '{}', '', 0, 'closed',
                        '\(number == 3 ? "failed" : "succeeded")', \(ended), \(ended))
                    """
                )
            }
            let figures = try world.history { try $0.figures(hubs: ["h"], now: now) }
            #expect(figures.upcoming.count == History.listed && figures.recent.count == History.listed)
            #expect(figures.upcoming.map(\.at) == figures.upcoming.map(\.at).sorted())
            #expect(figures.recent.map(\.id) == (0..<History.listed).map { "r\($0)" })
            #expect(figures.days.reduce(0) { $0 + $1.count } == History.daysShown)
            #expect(figures.days.filter { $0.outcome == "failed" }.map(\.count) == [1])
            #expect(figures.hubs.first?.nextDue == figures.upcoming.first?.at)
            try await world.execute("DELETE FROM rotations")
        }
    }
}
