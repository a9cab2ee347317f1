import RotationCore
import RotationEngine
import Scheduling
import TestSupport
import Testing

/// A clock that is set is noticed, told, and neither doubles nor loses a rotation.
@Suite(.timeLimit(.minutes(5)))
struct ClockStepTests {
    private static let start = Instant(milliseconds: 1_800_000_000_000)

    @Test(arguments: [
        (60, 60, nil as Int?), (60, 64, nil), (60, 66, 6), (60, 3660, 3600), (60, 0, -60), (3600, -7200, -10_800),
    ])
    func stepIsTheDifferenceToTheTimeSinceBoot(uptime: Int, real: Int, step: Int?) {
        var watch = ClockWatch()
        #expect(watch.look(now: Self.start, uptime: .seconds(100)) == nil)
        let later = Self.start.advanced(by: .seconds(real))
        #expect(watch.look(now: later, uptime: .seconds(100 + uptime)) == step.map { .seconds($0) })
        // Told once.
        #expect(watch.look(now: later.advanced(by: .seconds(1)), uptime: .seconds(101 + uptime)) == nil)
    }

    /// As systemd has it: without a time service the kernel counts up to 16 s.
    @Test(
        arguments: [(0, true), (500_000, true), (15_999_999, true), (16_000_000, false), (-1, false)] as [(Int64, Bool)]
    )
    func clockIsSynchronisedWhereItsMaximumErrorIsSmall(error: Int64, isSynchronised: Bool) {
        #expect(SystemClock.isSynchronised(maximumError: error) == isSynchronised)
    }

    /// What a schedule of one hour is due at once a clock that was ahead is put right.
    @Test(arguments: [
        // Ahead by half an hour: the slot that fired then must not fire again.
        (due: 7200, now: 1800, expected: 7200),
        // Ahead by days: the next slot.
        (due: 1_000_000, now: 1800, expected: 3600),
        (due: 3600, now: 1800, expected: 3600),
    ])
    func dueInstantOfAClockThatWasAheadIsBroughtBack(due: Int, now: Int, expected: Int) throws {
        var schedule = try EngineWorld.schedule("a", now: Self.start)
        schedule = schedule.due(at: Self.start.advanced(by: .seconds(due)))
        schedule.lastOpened = Self.start.advanced(by: .seconds(due - 3600))
        let back = schedule.adjustedForClockStep(
            now: Self.start.advanced(by: .seconds(now)),
            farthest: .seconds(86_400)
        )
        #expect(back.nextDue == Self.start.advanced(by: .seconds(expected)))
        #expect(back.lastOpened.map { $0 <= Self.start.advanced(by: .seconds(now)) } == true)
    }

    @Test func slotsWaitForAClockThatCanBeBelievedAndRequestsDoNot() async throws {
        try await EngineWorld.with("a", "b") { world in
            try await eventually("the alarm is set") { world.alarm.instant != nil }
            world.clock.step(by: .seconds(7200), isSynchronised: false)
            world.engine.wake()
            try await eventually("it is told") { try world.entries("clock.skewed") == 1 }
            try await eventually("status can tell") { world.engine.clockHeldSince == world.clock.now }
            try world.request("b")
            try await eventually("b succeeds") { try world.entries("rotation.succeeded") == 1 }
            #expect(world.hub.sentCount("a") == 0)
            world.clock.setSynchronised(true)
            world.engine.wake()
            try await eventually("a succeeds") { world.hub.sentCount("a") == 1 }
            #expect(world.engine.clockHeldSince == nil)
            #expect(try world.entries("clock.skewed") == 1)
        }
    }
}
