package import RotationCore
package import Scheduling
import ValueGenerators

/// A schedule through a life by chance: one seed, one life.
///
/// Each operation is what the ledger does with a schedule: claims, ends of rotations, edits, pauses, looks at a source, and
/// steps of the clock.
package struct ScheduleWalk {
    private var random: SplitMix64
    private var open: Rotation?
    /// The schedule as it stands.
    package private(set) var schedule: Schedule
    /// The present instant.
    package private(set) var now = Instant(milliseconds: 1_795_435_200_000)
    /// When the daemon began.
    package private(set) var startedAt: Instant
    /// What was done last.
    package private(set) var operation = "added"

    package init(seed: UInt64) throws {
        random = SplitMix64(seed: seed)
        startedAt = now
        let definition = ScheduleDefinition(cadence: .onChange, generator: try Self.file("a"))
        guard let alias = SecretAlias("x") else { throw NeverHappened(description: "an alias") }
        schedule = Schedule(adding: definition, for: SecretName(hub: "h", alias: alias), now: now)
        let rotatesAtOnce = chance(50)
        schedule = Schedule(adding: try edited(), for: schedule.secret, now: now, rotatesAtOnce: rotatesAtOnce)
    }

    /// Does one thing, after some time.
    package mutating func step() throws {
        operation = "nothing"
        // Mostly hours, so that slots, retries and minimum intervals meet; now and then weeks.
        let longest = pick([60, 3600, 3600, 86_400, 30 * 86_400] as [Int64]) * 1000
        let wait = Int64.random(in: 1...longest, using: &random)
        now = now.advanced(by: .milliseconds(wait))
        if chance(10) { startedAt = now }
        let choice = Int.random(in: 0..<12, using: &random)
        switch choice {
        case 0...3: try claim()
        case 4...7: try end()
        case 8: pauseOrResume()
        case 9: edit(try edited())
        case 10: try look()
        default: stepBack()
        }
    }

    private mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &random) < percent }

    private mutating func pick<T>(_ choices: [T]) -> T { choices[Int.random(in: 0..<choices.count, using: &random)] }

    // MARK: Rotations

    private mutating func claim() throws {
        guard open == nil, let id = RotationID(rawValue: "01a2097c-4375-74b4-90c7-3930dcb94f8c") else { return }
        var trigger = Trigger.rotateNow
        operation = "requested"
        if chance(80) {
            guard !schedule.isPaused(at: now) else { return }
            switch schedule.verdict(now: now, startedAt: startedAt) {
            case .wait(let until):
                operation = "waits"
                schedule.putOff(until: until)
                return
            case .miss:
                operation = "missed"
                schedule.awaitSlot(after: now)
                return
            case .begin:
                operation = "began"
                trigger = schedule.isMissedWhileDown(startedAt: startedAt) ? .catchUp : .schedule
            }
        }
        var rotation = Rotation(opening: schedule, id: id, trigger: trigger, now: now)
        rotation.fingerprint = [UInt8.random(in: 1...5, using: &random)]
        schedule.lastOpened = now
        open = rotation
    }

    private mutating func end() throws {
        guard var rotation = open else { return }
        open = nil
        let ending: Ending = pick([
            .succeeded(confirmed: true), .succeeded(confirmed: false), .failed(.generator), .failed(.unusableValue),
            .failed(.policyChanged), .abandoned(nil), .abandoned(.keep), .abandoned(.withdraw),
        ])
        var tally = RotationState.Tally()
        tally.isAmbiguous = chance(50)
        rotation.state = RotationState(phase: .failed(.generator), tally: tally, wakeAt: nil)
        operation = "\(ending)"
        schedule = schedule.after(ending, of: rotation, now: now, retry: .standard)
    }

    // MARK: What people and sources do

    private mutating func pauseOrResume() {
        if schedule.isPaused(at: now) && chance(70) {
            operation = "resumed"
            schedule = schedule.resumed(now: now)
        } else {
            operation = "paused"
            let until = chance(50) ? now.advanced(by: .seconds(Int64.random(in: 1...1_000_000, using: &random))) : nil
            schedule = schedule.paused(.init(since: now, until: until))
        }
    }

    private mutating func edit(_ definition: ScheduleDefinition) {
        operation = "edited"
        schedule = schedule.redefined(as: definition, now: now)
    }

    private mutating func edited() throws -> ScheduleDefinition {
        var definition = schedule.definition
        (definition.window, definition.jitter) = (nil, .zero)
        definition.minInterval = .seconds(pick([0, 60, 86_400]))
        definition.maxAge = chance(50) ? .seconds(pick([7200, 864_000, 8_640_000])) : nil
        definition.catchUp = pick([.once, .skip])
        guard chance(75) else {
            definition.cadence = .onChange
            definition.generator = try Self.file(pick(["a", "b"]))
            return definition
        }
        definition.generator = .uuid(.v4)
        let hours: [Cadence?] = [1, 24, 720].map { Cadence.Period(.seconds($0 * 3600)).map(Cadence.every) }
        definition.cadence = pick(hours.compactMap { $0 } + [.cron(try CronExpression("30 3 * * *"))])
        if chance(30) { definition.window = .seconds(pick([600, 7200])) }
        if chance(30) { definition.jitter = .seconds(300) }
        return definition
    }

    private static func file(_ name: String) throws -> GeneratorSpecification {
        .file(try FilePolicy(paths: ["/f/\(name)"]))
    }

    private mutating func look() throws {
        operation = "looked"
        let isUsable = chance(80)
        let found: [[UInt8]] = isUsable || chance(50) ? [[.random(in: 1...5, using: &random)], [9]] : []
        let content = SourceContent(fingerprints: found, isUsable: isUsable)
        let (isNew, isLasting) = (chance(50), chance(50))
        schedule = schedule.afterLook(content, isNew: isNew, isLasting: isLasting, now: now)
    }

    private mutating func stepBack() {
        operation = "clock set back"
        now = now.advanced(by: .zero - .seconds(pick([1, 7200, 8_640_000])))
        schedule = schedule.adjustedForClockStep(now: now, farthest: .seconds(86_400))
        startedAt = min(startedAt, now)
    }
}
