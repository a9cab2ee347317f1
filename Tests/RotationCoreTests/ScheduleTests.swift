import RotationCore
import Scheduling
import Testing
import ValueGenerators

struct ScheduleTests {
    private let start = Instant(milliseconds: 1_795_435_200_000)

    private func schedule(every: Duration = .seconds(3600), minInterval: Duration? = nil) throws -> Schedule {
        let definition = ScheduleDefinition(
            cadence: .every(try #require(Cadence.Period(every))),
            generator: .uuid(.v4),
            minInterval: minInterval
        )
        let alias = try #require(SecretAlias("x"))
        return Schedule(adding: definition, for: SecretName(hub: "h", alias: alias), now: start)
    }

    private func rotation(_ schedule: Schedule, _ trigger: Trigger, openedAt: Instant) throws -> Rotation {
        let id = try #require(RotationID(rawValue: "01a2097c-4375-74b4-90c7-3930dcb94f8c"))
        return Rotation(opening: schedule, id: id, trigger: trigger, now: openedAt)
    }

    @Test func addingRotatesNothingBeforeOneFullPeriod() throws {
        #expect(try schedule().nextDue == start.advanced(by: .seconds(3600)))
    }

    @Test func missedSlotsCoalesceAndTheGridIsKept() throws {
        let schedule = try schedule()
        let late = start.advanced(by: .seconds(3600 * 5 + 100))
        let rotation = try rotation(schedule, .catchUp, openedAt: late)
        let after = schedule.after(.succeeded(confirmed: true), of: rotation, now: late, retry: .standard)
        #expect(after.nextDue == start.advanced(by: .seconds(3600 * 6)))
        #expect(after.lastSuccess == late)
    }

    @Test func requestedRotationBeginsThePeriodAnew() throws {
        let schedule = try schedule()
        let now = start.advanced(by: .seconds(100))
        let rotation = try rotation(schedule, .rotateNow, openedAt: now)
        let after = schedule.after(.succeeded(confirmed: true), of: rotation, now: now, retry: .standard)
        #expect(after.nextDue == now.advanced(by: .seconds(3600)))
    }

    @Test func minimumIntervalPutsTheNextSlotOff() throws {
        let schedule = try schedule(every: .seconds(60), minInterval: .seconds(300))
        let now = start.advanced(by: .seconds(60))
        let rotation = try rotation(schedule, .schedule, openedAt: now)
        let after = schedule.after(.succeeded(confirmed: true), of: rotation, now: now, retry: .standard)
        #expect(after.nextDue == now.advanced(by: .seconds(300)))
    }

    @Test func minimumIntervalIsOneMinuteOrTheShorterPeriod() throws {
        #expect(try schedule().definition.minInterval == .seconds(60))
        #expect(try schedule(every: .seconds(2)).definition.minInterval == .seconds(2))
        #expect(try schedule(minInterval: .zero).definition.minInterval == .zero)
    }

    @Test func failuresArePutOffByTheCycleDelaysAndNeverIntoThePast() throws {
        var schedule = try schedule(every: .seconds(1))
        var now = start.advanced(by: .seconds(1))
        let expected: [Int64] = [5, 15, 30, 60, 120, 240, 360, 360]
        for minutes in expected {
            let rotation = try rotation(schedule, .schedule, openedAt: now)
            schedule = schedule.after(.failed(.generator), of: rotation, now: now, retry: .standard)
            #expect(schedule.nextDue == now.advanced(by: .seconds(minutes * 60)))
            now = try #require(schedule.nextDue)
        }
        let rotation = try rotation(schedule, .schedule, openedAt: now)
        #expect(schedule.after(.succeeded(confirmed: true), of: rotation, now: now, retry: .standard).failures == 0)
    }

    @Test func pauseEndsByItselfAtItsInstant() throws {
        var schedule = try schedule()
        schedule.pause = .init(since: start, until: start.advanced(by: .seconds(10)))
        #expect(schedule.isPaused(at: start.advanced(by: .seconds(9))))
        #expect(!schedule.isPaused(at: start.advanced(by: .seconds(10))))
        schedule.pause = .init(since: start)
        #expect(schedule.isPaused(at: .distantFuture))
    }
}
