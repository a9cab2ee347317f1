import RotationCore
import Scheduling
import TestSupport
import Testing
import ValueGenerators

/// What a file of schedules, or an edit, makes of the schedules that are there.
struct SchedulePlanTests {
    private static let now = Instant(milliseconds: 1_800_000_000_000)

    private static func schedule(_ alias: String, every: Duration = .seconds(3600)) throws -> Schedule {
        try EngineWorld.schedule(alias, now: now, every: every)
    }

    private static func desired(_ schedule: Schedule) -> DesiredSchedule {
        .init(secret: schedule.secret, definition: schedule.definition)
    }

    private static func plan(_ current: [Schedule], _ desired: [Schedule], prune: Bool = false) -> SchedulePlan {
        SchedulePlan(current: current, desired: desired.map(Self.desired), prune: prune, now: now)
    }

    @Test func whatIsAsItShouldBeStays() throws {
        let schedules = try ["a", "b"].map { try Self.schedule($0) }
        let plan = Self.plan(schedules, schedules, prune: true)
        #expect(plan.steps.isEmpty)
        #expect(plan.unchanged == 2)
    }

    @Test(arguments: [false, true])
    func scheduleThatIsNotDesiredIsRemovedOnlyWithPrune(prune: Bool) throws {
        let (kept, other) = (try Self.schedule("a"), try Self.schedule("b"))
        let plan = Self.plan([kept, other], [kept], prune: prune)
        #expect(plan.steps == (prune ? [.remove(other)] : []))
        #expect(plan.unchanged == (prune ? 1 : 2))
    }

    @Test func newScheduleBeginsOneFullPeriodLater() throws {
        let wanted = try Self.schedule("a", every: .seconds(60))
        let step = try #require(Self.plan([], [wanted]).steps.first)
        #expect(step.difference.change == .added)
        #expect(step.difference.nextDue == Self.now.advanced(by: .seconds(60)))
        #expect(step.difference.new["every"] == "1m")
    }

    @Test func changeTellsOnlyWhatDiffers() throws {
        let before = try Self.schedule("a")
        var after = try Self.schedule("a", every: .seconds(7200))
        after.definition.owner = "payments"
        let difference = try #require(Self.plan([before], [after]).steps.first).difference
        #expect(difference.old == ["every": "1h"])
        #expect(difference.new == ["every": "2h", "owner": "payments"])
        #expect(difference.nextDue == Self.now.advanced(by: .seconds(7200)))
    }

    /// é as one code point and as two: the hub, the database and other tools tell them apart.
    @Test func textsAreComparedByTheirBytes() throws {
        let (composed, decomposed) = ("caf\u{E9}", "cafe\u{301}")
        let changes: [(String, (inout ScheduleDefinition, String) throws -> Void)] = [
            ("owner", { $0.owner = $1 }), ("policy", { $0.policy = $1 }), ("description", { $0.description = $1 }),
            ("group", { $0.group = .init(name: $1, spacing: .zero) }),
            ("allowed_workspaces", { $0.access = .only([$1]) }),
            ("generator", { $0.generator = .command(try CommandPolicy(command: "x", parameters: ["a": .string($1)])) }),
            ("generator", { $0.generator = .command(try CommandPolicy(command: "x", parameters: [$1: 1])) }),
            ("generator", { $0.generator = .template(try TemplatePolicy(template: "{{token}}" + $1)) }),
            ("generator", { $0.generator = .password(try PasswordPolicy(excluded: $1)) }),
            ("generator", { $0.generator = .keyPair(try KeyPairPolicy(publicFile: "/" + $1)) }),
            ("generator", { $0.generator = .file(try FilePolicy(paths: ["/" + $1])) }),
        ]
        for (key, change) in changes {
            var (before, after) = (try Self.schedule("a"), try Self.schedule("a"))
            try change(&before.definition, composed)
            try change(&after.definition, decomposed)
            let difference = try #require(Self.plan([before], [after]).steps.first, "\(key)").difference
            #expect(difference.change == .changed && Array(difference.new.keys) == [key])
            #expect(Self.plan([after], [after]).steps.isEmpty)
            let (old, new) = (before.definition.generator, after.definition.generator)
            #expect((old.policyHash != new.policyHash) == (key == "generator"))
            #expect(GeneratorSpecification(json: new.json) == new && GeneratorSpecification(json: old.json) == old)
        }
    }

    @Test func planIsIdempotent() throws {
        let current = try ["a", "b", "c"].map { try Self.schedule($0) }
        let desired = try [Self.schedule("b", every: .seconds(60)), Self.schedule("d")]
        let plan = Self.plan(current, desired, prune: true)
        var schedules = Dictionary(uniqueKeysWithValues: current.map { ($0.secret, $0) })
        for step in plan.steps {
            switch step {
            case .add(let schedule), .change(_, let schedule): schedules[schedule.secret] = schedule
            case .remove(let schedule): schedules[schedule.secret] = nil
            }
        }
        #expect(plan.steps.map { "\($0.secret)" } == ["h/a", "h/b", "h/c", "h/d"])
        #expect(Self.plan(Array(schedules.values), desired, prune: true).steps.isEmpty)
    }
}

/// An edit: what is not given stays, and nothing rotates because of it.
struct ScheduleEditTests {
    private static let hour = Duration.seconds(3600)
    private static let now = Instant(milliseconds: 1_800_000_000_000)

    private static func schedule() throws -> Schedule {
        try EngineWorld.schedule("a", now: now, every: hour)
    }

    private static func edit(_ change: (inout ScheduleEdit) -> Void) -> ScheduleEdit {
        var edit = ScheduleEdit()
        change(&edit)
        return edit
    }

    private static func every(_ duration: Duration) throws -> Cadence {
        .every(try #require(Cadence.Period(duration)))
    }

    @Test func emptyEditChangesNothing() throws {
        let schedule = try Self.schedule()
        #expect(ScheduleEdit().applied(to: schedule.definition) == schedule.definition)
    }

    @Test func keyIsSetAndRemoved() throws {
        let old = try Self.schedule().definition
        let named = Self.edit { $0.owner = .set("payments") }.applied(to: old)
        #expect(named.owner == "payments")
        #expect(Self.edit { $0.owner = .removed }.applied(to: named) == old)
    }

    /// A minimum that was never chosen follows the cadence; one that was chosen stays.
    @Test(arguments: [(nil as Duration?, Duration.seconds(5)), (.seconds(120), .seconds(120))])
    func minimumIntervalFollowsTheCadenceUnlessItWasChosen(chosen: Duration?, expected: Duration) throws {
        var definition = try Self.schedule().definition
        if let chosen { definition.minInterval = chosen }
        let edit = Self.edit { $0.cadence = try? Self.every(.seconds(5)) }
        #expect(edit.applied(to: definition).minInterval == expected)
    }

    /// When a schedule of one hour, last rotated so many seconds after its anchor, is due once its period is another.
    @Test(arguments: [
        // Counted from the last success.
        (period: 1800, last: 0, now: 1500, due: 1800),
        (period: 7200, last: 0, now: 1500, due: 7200),
        (period: 3500, last: 3600, now: 3700, due: 7100),
        // That has passed: a full period from now, but no later than it would have been.
        (period: 600, last: 0, now: 1500, due: 2100),
        (period: 3000, last: 0, now: 3500, due: 3600),
    ])
    func otherPeriodCountsFromTheLastSuccess(period: Int, last: Int, now: Int, due: Int) throws {
        var schedule = try Self.schedule()
        schedule.lastSuccess = Self.now.advanced(by: .seconds(last))
        schedule = schedule.due(at: Self.now.advanced(by: .seconds(last + 3600)))
        var definition = schedule.definition
        definition.cadence = try Self.every(.seconds(period))
        let edited = schedule.redefined(as: definition, now: Self.now.advanced(by: .seconds(now)))
        #expect(edited.nextDue == Self.now.advanced(by: .seconds(due)))
    }

    /// A shorter period never brings a rotation later than the longer one would have.
    @Test func shorterPeriodNeverDelays() throws {
        for days in 1..<30 {
            var schedule = try EngineWorld.schedule("a", now: Self.now, every: .seconds(30 * 86_400))
            let now = Self.now.advanced(by: .seconds(320 * 86_400))
            schedule.lastSuccess = now.advanced(by: .seconds(-20 * 86_400))
            let due = now.advanced(by: .seconds(10 * 86_400))
            schedule = schedule.due(at: due)
            var definition = schedule.definition
            definition.cadence = try Self.every(.seconds(days * 86_400))
            let edited = schedule.redefined(as: definition, now: now)
            let next = try #require(edited.nextDue)
            #expect(next <= due, "\(days)")
            #expect(next >= now.advanced(by: .seconds(min(days, 1) * 86_400)), "\(days)")
        }
    }

    @Test func otherOwnerLeavesTheNextRotation() throws {
        let schedule = try Self.schedule()
        var definition = schedule.definition
        definition.owner = "payments"
        let later = Self.now.advanced(by: .seconds(1500))
        #expect(schedule.redefined(as: definition, now: later).nextDue == schedule.nextDue)
    }

    @Test func whatIsDueStaysDue() throws {
        let schedule = try Self.schedule()
        var definition = schedule.definition
        definition.cadence = try Self.every(.seconds(86_400))
        let late = Self.now.advanced(by: .seconds(4000))
        #expect(schedule.redefined(as: definition, now: late).nextDue == schedule.nextDue)
    }

    @Test func retryAfterAFailureComesNoLater() throws {
        let due = Self.now.advanced(by: .seconds(300))
        let schedule = try Self.schedule().standing(at: .retry(of: Self.now, due: due), failures: 2)
        var definition = schedule.definition
        definition.cadence = try Self.every(.seconds(86_400))
        #expect(schedule.redefined(as: definition, now: Self.now).nextDue == schedule.nextDue)
    }

    @Test func pausedScheduleFiresAfterThePause() throws {
        var schedule = try Self.schedule()
        let until = Self.now.advanced(by: .seconds(10_000))
        schedule.pause = .init(since: Self.now, until: until)
        var definition = schedule.definition
        definition.cadence = try Self.every(.seconds(600))
        let next = schedule.redefined(as: definition, now: Self.now).nextDue
        #expect(next == Self.now.advanced(by: .seconds(10_600)))
    }
}
