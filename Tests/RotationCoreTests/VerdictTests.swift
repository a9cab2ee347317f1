import RotationCore
import Scheduling
import TestSupport
import Testing
import ValueGenerators

/// What is decided about a schedule whose time has come, by its slot, window, age and what it says of catching up.
struct VerdictTests {
    private static let start = Instant(milliseconds: 1_795_435_200_000)

    private static func at(_ seconds: Int) -> Instant { start.advanced(by: .seconds(seconds)) }

    private static func schedule(_ change: (inout ScheduleDefinition) throws -> Void = { _ in }) throws -> Schedule {
        var definition = ScheduleDefinition(
            cadence: .every(try #require(Cadence.Period(.seconds(3600)))),
            generator: .uuid(.v4),
            minInterval: .seconds(60)
        )
        try change(&definition)
        let alias = try #require(SecretAlias("x"))
        return Schedule(adding: definition, for: SecretName(hub: "h", alias: alias), now: start)
    }

    @Test func slotBeginsWhenItHasCome() throws {
        let schedule = try Self.schedule()
        #expect(schedule.verdict(now: Self.at(3599), startedAt: Self.start) == .wait(until: Self.at(3600)))
        #expect(schedule.verdict(now: Self.at(3600), startedAt: Self.start) == .begin(afterWindow: false))
        // However late: there is no window.
        #expect(schedule.verdict(now: Self.at(90_000), startedAt: Self.start) == .begin(afterWindow: false))
    }

    @Test func minimumIntervalIsWaitedFor() throws {
        var schedule = try Self.schedule()
        schedule.lastOpened = Self.at(3590)
        #expect(schedule.verdict(now: Self.at(3600), startedAt: Self.start) == .wait(until: Self.at(3650)))
    }

    @Test(arguments: [(3600, false), (4200, false), (4201, true)])
    func windowIsOverAfterItsLastInstant(now: Int, isMissed: Bool) throws {
        let schedule = try Self.schedule { $0.window = .seconds(600) }
        let verdict = schedule.verdict(now: Self.at(now), startedAt: Self.start)
        #expect(verdict == (isMissed ? .miss(slot: Self.at(3600), .window) : .begin(afterWindow: false)))
    }

    /// The next slot is at 7200: an age that is reached before then doesn't wait for it.
    @Test(arguments: [(7199, true), (7200, false), (10_000, false)])
    func ageBeatsTheWindowIfTheNextSlotComesTooLate(maxAge: Int, isBegun: Bool) throws {
        let schedule = try Self.schedule { ($0.window, $0.maxAge) = (.seconds(600), .seconds(maxAge)) }
        let verdict = schedule.verdict(now: Self.at(4300), startedAt: Self.start)
        #expect(verdict == (isBegun ? .begin(afterWindow: true) : .miss(slot: Self.at(3600), .window)))
    }

    @Test func skippedSlotIsMissedOnlyIfTheDaemonWasDown() throws {
        let schedule = try Self.schedule { $0.catchUp = .skip }
        #expect(schedule.verdict(now: Self.at(5000), startedAt: Self.at(4000)) == .miss(slot: Self.at(3600), .skipped))
        #expect(schedule.verdict(now: Self.at(5000), startedAt: Self.at(3600)) == .begin(afterWindow: false))
        let aged = try Self.schedule { ($0.catchUp, $0.maxAge) = (.skip, .seconds(3600)) }
        #expect(aged.verdict(now: Self.at(5000), startedAt: Self.at(4000)) == .begin(afterWindow: false))
    }

    @Test func failedRotationIsTriedAgainThoughTheDaemonWasDown() throws {
        let schedule = try Self.schedule { $0.catchUp = .skip }
            .standing(at: .retry(of: Self.at(3600), due: Self.at(4000)), failures: 1)
        #expect(schedule.verdict(now: Self.at(5000), startedAt: Self.at(4500)) == .begin(afterWindow: false))
    }

    @Test func whatWasAskedForWithTheScheduleIsNeitherSkippedNorPutOff() throws {
        let definition = try Self.schedule { ($0.catchUp, $0.window) = (.skip, .zero) }.definition
        let alias = try #require(SecretAlias("x"))
        let secret = SecretName(hub: "h", alias: alias)
        let schedule = Schedule(adding: definition, for: secret, now: Self.start, rotatesAtOnce: true)
        #expect(schedule.verdict(now: Self.at(900), startedAt: Self.at(900)) == .begin(afterWindow: false))
    }

    /// After a long time the daemon catches up spread out, never later than half an hour, half the way to the next slot, or
    /// the window's end; and whoever waited once is not put off again.
    @Test(arguments: [0x5EED_5001, 0x5EED_5002] as [UInt64])
    func catchingUpIsBounded(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        for _ in 0..<2000 {
            let window = Bool.random(using: &random) ? Int.random(in: 0...200_000, using: &random) : nil
            let jitter = Int.random(in: 0...min(window ?? 900, 900), using: &random)
            var schedule = try Self.schedule {
                ($0.window, $0.jitter) = (window.map { .seconds($0) }, .seconds(jitter))
            }
            let now = Self.at(3600 + Int.random(in: 0...200_000, using: &random))
            let startedAt = now
            guard case .slot(let slot, let due) = schedule.nextStep, due < startedAt,
                case .wait(let until?) = schedule.verdict(now: now, startedAt: startedAt)
            else { continue }
            let note = "seed \(seed), window \(window ?? -1), \(now.rawValue)"
            let late = due.duration(to: startedAt)
            try #require(startedAt.duration(to: until) <= min(late / 10, .seconds(1800)), "\(note)")
            try #require(schedule.next(after: startedAt).map { $0.slot > until } == true, "\(note)")
            if let window { try #require(until <= slot.advanced(by: .seconds(window)), "\(note)") }
            let isPutOff = schedule.putOff(until: until)
            try #require(isPutOff, "\(note)")
            let again = schedule.verdict(now: until, startedAt: startedAt)
            try #require(again == .begin(afterWindow: false), "\(note)")
        }
    }

    /// Jitter moves when a rotation is due, not its slot; and the slots go on from the slot.
    @Test func jitterKeepsTheGrid() throws {
        var schedule = try Self.schedule { $0.jitter = .seconds(1200) }
        for slot in 1...50 {
            #expect(schedule.slot == Self.at(3600 * slot))
            let due = try #require(schedule.nextDue)
            #expect((.zero ... .seconds(1200)).contains(Self.at(3600 * slot).duration(to: due)))
            schedule.awaitSlot(after: due)
        }
    }
}
