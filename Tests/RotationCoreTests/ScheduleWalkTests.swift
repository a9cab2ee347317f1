import RotationCore
import Scheduling
import TestSupport
import Testing

/// What holds of a schedule whatever happens to it.
struct ScheduleWalkTests {
    private static let seeds: [UInt64] = [0x5EED_0A01, 0x5EED_0A02, 0x5EED_0A03, 0x5EED_0A04]

    @Test(arguments: seeds)
    func noOperationLeadsToAnIllegalState(seed: UInt64) throws {
        try Self.walk(seed) { walk, note in
            let schedule = walk.schedule
            if schedule.nextStep.isRetry { try #require(schedule.failures > 0, "\(note)") }
            if case .requestedOnAdding = schedule.nextStep { try #require(schedule.failures == 0, "\(note)") }
            if let slot = schedule.nextStep.slot { try #require(slot <= schedule.nextDue ?? slot, "\(note)") }
            // Each cadence here names a slot, so only a source can have none.
            if schedule.nextStep == .never { try #require(schedule.definition.cadence == .onChange, "\(note)") }
            if !schedule.definition.generator.isWatched { try #require(schedule.adoption == .notYet, "\(note)") }
            try #require(schedule.adoption.fingerprint?.isEmpty != true, "\(note)")
        }
    }

    /// Each verdict is what the definition's keys say about it, one by one.
    @Test(arguments: seeds)
    func verdictIsWhatTheDefinitionSays(seed: UInt64) throws {
        try Self.walk(seed) { walk, note in
            let (schedule, now) = (walk.schedule, walk.now)
            let definition = schedule.definition
            let nextBegin = schedule.lastOpened?.advanced(by: definition.minInterval) ?? .distantPast
            let windowEnd = schedule.nextStep.slot.flatMap { slot in definition.window.map { slot.advanced(by: $0) } }
            switch schedule.verdict(now: now, startedAt: walk.startedAt) {
            case .wait(nil): try #require(schedule.nextStep == .never, "\(note)")
            case .wait(let until?): try #require(until > now, "\(note)")
            case .begin(let isAfterWindow):
                try #require(schedule.nextDue.map { $0 <= now } == true && nextBegin <= now, "\(note)")
                try #require(isAfterWindow == (windowEnd.map { $0 < now } ?? false), "\(note)")
            case .miss(let slot, .window):
                try #require(slot == schedule.nextStep.slot && windowEnd.map { $0 < now } == true, "\(note)")
            case .miss(let slot, .skipped):
                try #require(slot == schedule.nextStep.slot && definition.catchUp == .skip, "\(note)")
                try #require(slot < walk.startedAt && schedule.failures == 0, "\(note)")
            }
        }
    }

    /// A slot that has been waited for is served or missed at last: whoever waits as told waits twice at most.
    @Test(arguments: seeds)
    func waitingEnds(seed: UInt64) throws {
        try Self.walk(seed) { walk, note in
            var schedule = walk.schedule
            var now = walk.now
            for _ in 0..<4 {
                guard case .wait(let until?) = schedule.verdict(now: now, startedAt: walk.startedAt) else { return }
                schedule.putOff(until: until)
                now = until
            }
            Issue.record("it waits again and again: \(note)")
        }
    }

    /// After a success the next slot is the cadence's first one after now, by the calendar or the anchor's grid.
    @Test(arguments: seeds)
    func nextSlotIsTheCadences(seed: UInt64) throws {
        try Self.walk(seed) { walk, note in
            let schedule = walk.schedule
            guard walk.operation.hasPrefix("succeeded"), case .slot(let slot, let due) = schedule.nextStep else {
                return
            }
            try #require(schedule.failures == 0 && slot > walk.now, "\(note)")
            // An edit during a pause that ends by itself counts from its end.
            let wait = max(walk.now, schedule.anchor).duration(to: slot)
            let length: Duration
            switch schedule.definition.cadence {
            case .onChange: return
            case .cron:
                // Daily at 03:30 UTC.
                length = .seconds(86_400)
                try #require(slot.rawValue % 86_400_000 == (3 * 60 + 30) * 60_000, "\(note)")
            case .every(let period):
                length = period.duration
                let elapsed = schedule.anchor.duration(to: slot).milliseconds
                try #require(elapsed > 0 && elapsed % length.milliseconds == 0, "\(note)")
            }
            // A slot that fired by a clock that was ahead by up to an hour is not served twice.
            try #require(wait <= length + .seconds(3600), "\(note)")
            let latest = max(
                slot.advanced(by: schedule.definition.jitter),
                walk.now.advanced(by: schedule.definition.minInterval)
            )
            try #require(due >= slot && due <= latest, "\(note)")
        }
    }

    private static func walk(_ seed: UInt64, _ check: (ScheduleWalk, String) throws -> Void) throws {
        for life in 0..<60 {
            var walk = try ScheduleWalk(seed: seed &+ UInt64(life) &* 1_000_003)
            for number in 0..<60 {
                try walk.step()
                let note = "seed \(seed), life \(life), step \(number): \(walk.operation), \(walk.schedule.nextStep)"
                try check(walk, note)
            }
        }
    }
}
