import RotationCore
import Scheduling
import TestSupport
import Testing
import ValueGenerators

/// What each kind of next step becomes: by rotations, pauses, edits and steps of the clock.
struct NextStepTests {
    private static let start = Instant(milliseconds: 1_800_000_000_000)
    private static let hour = 3600

    private static func at(_ seconds: Int) -> Instant { start.advanced(by: .seconds(seconds)) }

    private static func schedule(rotatesAtOnce: Bool = false) throws -> Schedule {
        let definition = try EngineWorld.schedule("a", now: start).definition
        let secret = try EngineWorld.schedule("a", now: start).secret
        return Schedule(adding: definition, for: secret, now: start, rotatesAtOnce: rotatesAtOnce)
    }

    private static func ended(_ schedule: Schedule, _ trigger: Trigger, _ ending: Ending, at now: Instant) throws
        -> Schedule
    {
        let id = try #require(RotationID(rawValue: "01a2097c-4375-74b4-90c7-3930dcb94f8c"))
        let rotation = Rotation(opening: schedule, id: id, trigger: trigger, now: now)
        return schedule.after(ending, of: rotation, now: now, retry: .standard)
    }

    @Test func addingWaitsForASlotUnlessARotationIsRequested() throws {
        #expect(try Self.schedule().nextStep == .slot(Self.at(3600), due: Self.at(3600)))
        let requested = try Self.schedule(rotatesAtOnce: true)
        #expect(requested.nextStep == .requestedOnAdding(due: Self.start))
        // It is recorded with the instant at which it was added.
        #expect(requested.slot == Self.start)
    }

    /// How a rotation that began ten minutes after its step was due ends, and what comes next.
    @Test(
        arguments: [
            (.slot(at(3600), due: at(3700)), .schedule, .failed(.generator), .retry(of: at(3600), due: at(4600))),
            (.slot(at(3600), due: at(3700)), .rotateNow, .failed(.generator), .retry(of: at(4600), due: at(4600))),
            (.slot(at(3600), due: at(3700)), .schedule, .failed(.policyChanged), .slot(at(3600), due: at(4300))),
            (.slot(at(3600), due: at(3700)), .rotateNow, .failed(.policyChanged), .slot(at(4300), due: at(4300))),
            (.slot(at(3600), due: at(3700)), .schedule, .abandoned(nil), .slot(at(7200), due: at(7200))),
            (.requestedOnAdding(due: at(3700)), .schedule, .failed(.generator), .retry(of: nil, due: at(4600))),
            (.requestedOnAdding(due: at(3700)), .rotateNow, .failed(.generator), .retry(of: at(4600), due: at(4600))),
            (.requestedOnAdding(due: at(3700)), .schedule, .failed(.policyChanged), .requestedOnAdding(due: at(4300))),
            (.requestedOnAdding(due: at(3700)), .schedule, .abandoned(.keep), .slot(at(7200), due: at(7200))),
            (.retry(of: at(3600), due: at(3700)), .schedule, .failed(.generator), .retry(of: at(3600), due: at(5200))),
            (
                .retry(of: at(3600), due: at(3700)), .schedule, .failed(.policyChanged),
                .retry(of: at(3600), due: at(4300))
            ),
            (.retry(of: nil, due: at(3700)), .schedule, .failed(.generator), .retry(of: nil, due: at(5200))),
            (.retry(of: nil, due: at(3700)), .schedule, .succeeded(confirmed: true), .slot(at(7200), due: at(7200))),
        ] as [(NextStep, Trigger, Ending, NextStep)]
    )
    func rotationEnds(_ row: (step: NextStep, trigger: Trigger, ending: Ending, next: NextStep)) throws {
        let schedule = try Self.schedule().standing(at: row.step)
        let ended = try Self.ended(schedule, row.trigger, row.ending, at: Self.at(4300))
        #expect(ended.nextStep == row.next)
    }

    /// A retry is a failure's; what was requested on adding is neither missed nor too late for a window.
    @Test func whatServesNoSlotCannotBeMissed() throws {
        for step in [NextStep.requestedOnAdding(due: Self.start), .retry(of: nil, due: Self.at(60))] {
            var schedule = try Self.schedule().standing(at: step)
            (schedule.definition.window, schedule.definition.catchUp) = (.zero, .skip)
            #expect(schedule.failures == (step.isRetry ? 1 : 0))
            #expect(!schedule.isMissedWhileDown(startedAt: Self.at(900)))
            #expect(schedule.verdict(now: Self.at(900), startedAt: Self.at(900)) == .begin(afterWindow: false))
        }
        var slot = try Self.schedule().standing(at: .retry(of: Self.start, due: Self.at(60)))
        slot.definition.window = .zero
        #expect(slot.verdict(now: Self.at(900), startedAt: Self.start) == .miss(slot: Self.start, .window))
    }

    @Test func neverWaitsForWhateverChangesIt() throws {
        var schedule = try Self.schedule().standing(at: .never)
        #expect(schedule.verdict(now: .distantFuture, startedAt: Self.start) == .wait(until: nil))
        let isPutOff = [schedule.putOff(until: Self.at(9)), schedule.putOff(until: nil)]
        #expect(isPutOff == [false, false])
        #expect(schedule.nextStep == .never && schedule.nextDue == nil && schedule.slot == nil)
    }

    /// Waiting moves no step earlier, and changes nothing but when it is due.
    @Test(arguments: [
        NextStep.slot(at(0), due: at(60)), .requestedOnAdding(due: at(60)), .retry(of: at(0), due: at(60)),
        .retry(of: nil, due: at(60)),
    ])
    func stepIsPutOff(step: NextStep) throws {
        var schedule = try Self.schedule().standing(at: step)
        let isPutOff = [schedule.putOff(until: Self.at(60)), schedule.putOff(until: Self.at(90))]
        #expect(isPutOff == [false, true])
        #expect(schedule.nextDue == Self.at(90))
        #expect(schedule.nextStep.slot == step.slot && schedule.nextStep.isRetry == step.isRetry)
        #expect(schedule.nextStep.isForAdding == step.isForAdding)
    }

    /// What an hourly schedule of a clock that was days ahead does next once that is set back to 1800; no retry waits
    /// longer than a day.
    @Test(
        arguments: [
            (.never, 0, .never),
            (.slot(at(999_000), due: at(999_000)), 0, .slot(at(3600), due: at(3600))),
            (.slot(at(7200), due: at(7200)), 0, .slot(at(7200), due: at(7200))),
            // It failed once and was missed then: nothing becomes due by a step of the clock.
            (.slot(at(999_000), due: at(999_000)), 1, .slot(at(3600), due: at(3600))),
            // What was requested stays requested, and is due as soon as it was.
            (.requestedOnAdding(due: at(999_000)), 0, .requestedOnAdding(due: at(1800))),
            (.requestedOnAdding(due: at(60)), 0, .requestedOnAdding(due: at(60))),
            (.retry(of: at(3600), due: at(9000)), 1, .retry(of: at(3600), due: at(9000))),
            (.retry(of: at(3600), due: at(999_000)), 1, .retry(of: at(1800), due: at(1800))),
            (.retry(of: nil, due: at(999_000)), 1, .retry(of: nil, due: at(1800))),
        ] as [(NextStep, Int, NextStep)]
    )
    func clockIsSetBack(_ row: (step: NextStep, failures: Int, next: NextStep)) throws {
        let schedule = try Self.schedule().standing(at: row.step, failures: row.failures)
        let adjusted = schedule.adjustedForClockStep(now: Self.at(1800), farthest: .seconds(86_400))
        #expect(adjusted.nextStep == row.next)
    }

    /// What an edit of cadence or jitter leaves as it is: what waits for no slot of the cadence.
    @Test(
        arguments: [
            (.slot(at(3600), due: at(3600)), false), (.retry(of: at(0), due: at(900)), true),
            (.retry(of: nil, due: at(900)), true),
        ] as [(NextStep, Bool)]
    )
    func editKeepsARetry(_ row: (step: NextStep, isKept: Bool)) throws {
        let schedule = try Self.schedule().standing(at: row.step)
        var (daily, jittered) = (schedule.definition, schedule.definition)
        daily.cadence = .every(try #require(Cadence.Period(.seconds(86_400))))
        jittered.jitter = .seconds(1800)
        for definition in [daily, jittered] {
            let edited = schedule.redefined(as: definition, now: Self.at(300))
            #expect((edited.nextStep == row.step) == row.isKept)
        }
    }

    /// A pause that ends by itself moves what is due before its end, one without an end moves nothing yet.
    @Test(
        arguments: [
            (.slot(at(3600), due: at(3600)), 7300, .slot(at(10_800), due: at(10_800))),
            (.slot(at(3600), due: at(3600)), 3500, .slot(at(3600), due: at(3600))),
            (.slot(at(3600), due: at(3600)), nil, .slot(at(3600), due: at(3600))),
            (.requestedOnAdding(due: at(0)), 60, .slot(at(3600), due: at(3600))),
            (.retry(of: at(0), due: at(900)), 1000, .slot(at(3600), due: at(3600))),
            (.never, 60, .never),
        ] as [(NextStep, Int?, NextStep)]
    )
    func pauseMovesWhatIsDueWithinIt(_ row: (step: NextStep, until: Int?, next: NextStep)) throws {
        let schedule = try Self.schedule().standing(at: row.step)
        let paused = schedule.paused(.init(since: Self.start, until: row.until.map(Self.at)))
        #expect(paused.nextStep == row.next)
        #expect(paused.resumed(now: Self.at(100)).nextStep == .slot(Self.at(3600), due: Self.at(3600)))
    }
}
