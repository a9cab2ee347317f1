import RotationCore
import Scheduling
import TestSupport
import Testing
import ValueGenerators

/// When a schedule is due whose values somebody else makes.
struct SourceTests {
    private let start = Instant(milliseconds: 1_795_435_200_000)
    private let old = SourceContent(fingerprints: [[1]], isUsable: true)
    private let new = SourceContent(fingerprints: [[2]], isUsable: true)

    private let nothing = SourceContent(fingerprints: [], isUsable: false)

    private func schedule(rotatesAtOnce: Bool = false) throws -> Schedule {
        let generator = GeneratorSpecification.file(try FilePolicy(paths: ["/f/a"]))
        let definition = ScheduleDefinition(cadence: .onChange, generator: generator)
        let secret = SecretName(hub: "h", alias: try #require(SecretAlias("x")))
        return Schedule(adding: definition, for: secret, now: start, rotatesAtOnce: rotatesAtOnce)
    }

    /// A schedule that has taken the old content for the value in force.
    private func adopted() throws -> Schedule {
        let adopted = try schedule().afterLook(old, isNew: true, isLasting: false, now: start)
        #expect(adopted.nextStep == .never && adopted.adoption == .adopted([1]))
        return adopted
    }

    private func later(_ seconds: Int) -> Instant { start.advanced(by: .seconds(seconds)) }

    private func ended(_ schedule: Schedule, _ ending: Ending, fingerprint: [UInt8]?, at now: Instant) throws
        -> Schedule
    {
        let id = try #require(RotationID(rawValue: "01a2097c-4375-74b4-90c7-3930dcb94f8c"))
        var rotation = Rotation(opening: schedule, id: id, trigger: .schedule, now: now)
        rotation.fingerprint = fingerprint
        return schedule.after(ending, of: rotation, now: now, retry: .standard)
    }

    @Test func otherContentIsDueAtOnceAndDeliveredOnce() throws {
        let due = try adopted().afterLook(new, isNew: true, isLasting: false, now: later(10))
        #expect(due.nextStep == .slot(later(10), due: later(10)))
        #expect(due.verdict(now: later(10), startedAt: start) == .begin(afterWindow: false))
        let delivered = try ended(due, .succeeded(confirmed: true), fingerprint: [2], at: later(11))
        #expect(delivered.nextStep == .never && delivered.adoption == .adopted([2]))
        #expect(delivered.afterLook(new, isNew: false, isLasting: true, now: later(99)) == delivered)
    }

    /// It is the state that counts: what nobody saw change is found all the same.
    @Test func contentThatChangedUnseenIsFound() throws {
        let due = try adopted().afterLook(new, isNew: false, isLasting: true, now: later(10))
        #expect(due.nextDue == later(10))
        // Also one that was missed while the daemon was down, at once.
        var skipping = due
        skipping.definition.catchUp = .skip
        #expect(skipping.verdict(now: later(400), startedAt: later(400)) == .begin(afterWindow: false))
    }

    @Test func nothingIsDueWhileItIsPausedAndEverythingAfterIt() throws {
        var paused = try adopted()
        paused.pause = .init(since: start)
        #expect(paused.afterLook(new, isNew: true, isLasting: false, now: later(10)) == paused)
        paused.pause = nil
        #expect(paused.afterLook(new, isNew: false, isLasting: true, now: later(20)).nextDue == later(20))
    }

    @Test func whatIsBackAsItWasNeedsNoRotation() throws {
        let due = try adopted().afterLook(new, isNew: true, isLasting: false, now: later(10))
        let back = due.afterLook(old, isNew: true, isLasting: false, now: later(20))
        #expect(back.nextStep == .never)
    }

    /// What has failed is tried until it succeeds, whatever the file holds by then: somebody wanted it.
    @Test func whatFailedIsTriedAgain() throws {
        var failed = try ended(adopted(), .failed(.generator), fingerprint: nil, at: later(11))
        #expect(failed.failures == 1 && failed.nextDue == later(11).advanced(by: .seconds(300)))
        #expect(failed.afterLook(old, isNew: false, isLasting: true, now: later(20)) == failed)
        // A pause has taken the retry away.
        failed = failed.standing(at: .never, failures: 1)
        #expect(failed.afterLook(old, isNew: false, isLasting: true, now: later(20)).nextDue == later(20))
    }

    /// A certificate in force that expires in its file is nobody's rotation.
    @Test func contentInForceNeedNotBeUsable() throws {
        let expired = SourceContent(fingerprints: [[1]], isUsable: false)
        let adopted = try adopted()
        #expect(adopted.afterLook(expired, isNew: true, isLasting: true, now: later(99)) == adopted)
    }

    /// A retry waits; what is new meanwhile does not, but for the minimum interval.
    @Test func newContentBringsARetryForward() throws {
        let due = try adopted().afterLook(new, isNew: true, isLasting: false, now: later(10))
        var failed = try ended(due, .failed(.generator), fingerprint: nil, at: later(11))
        failed.lastOpened = later(10)
        #expect(failed.afterLook(new, isNew: false, isLasting: true, now: later(20)) == failed)
        let third = SourceContent(fingerprints: [[3]], isUsable: true)
        #expect(failed.afterLook(third, isNew: true, isLasting: false, now: later(20)).nextDue == later(70))
    }

    /// A file that is being written is waited for; one that stays unusable makes a rotation fail, which tells of it.
    @Test func unusableContentIsDueOnlyOnceItLasts() throws {
        for fresh in [try adopted(), try schedule()] {
            #expect(fresh.afterLook(nothing, isNew: true, isLasting: false, now: later(10)) == fresh)
            let due = fresh.afterLook(nothing, isNew: false, isLasting: true, now: later(70))
            #expect(due.nextDue == later(70))
            // What comes then is another value, also where there was none before.
            let failed = try ended(due, .failed(.generator), fingerprint: nil, at: later(71))
            let mended = failed.afterLook(new, isNew: true, isLasting: false, now: later(80))
            #expect(try #require(mended.nextDue) < #require(failed.nextDue))
        }
    }

    @Test func nothingRotatesAsItWasAddedOrEditedUnlessAskedFor() throws {
        let asked = try schedule(rotatesAtOnce: true)
        let looked = asked.afterLook(old, isNew: true, isLasting: false, now: later(1))
        #expect(looked.nextDue == start)
        // Also when a pause has taken it away meanwhile.
        let resumed = looked.standing(at: .never)
        #expect(resumed.afterLook(old, isNew: false, isLasting: false, now: later(2)).nextDue == later(2))
        var definition = try adopted().definition
        definition.generator = .file(try FilePolicy(paths: ["/f/other"]))
        let edited = try adopted().redefined(as: definition, now: later(5))
        #expect(edited.adoption == .notYet)
        let after = edited.afterLook(new, isNew: true, isLasting: false, now: later(6))
        #expect(after.nextStep == .never && after.adoption == .adopted([2]))
        // Other expectations of the same file are no other source.
        definition.generator = .file(try FilePolicy(paths: ["/f/a"], expected: [.pem]))
        #expect(try adopted().redefined(as: definition, now: later(5)).adoption == .adopted([1]))
    }

    /// An edit does not cancel what is due.
    @Test(arguments: ["/f/a", "/f/other"])
    func whatIsDueStaysDueThroughAnEdit(path: String) throws {
        let due = try adopted().afterLook(new, isNew: true, isLasting: false, now: later(10))
        var definition = due.definition
        definition.generator = .file(try FilePolicy(paths: [path], expected: [.pem]))
        let edited = due.redefined(as: definition, now: later(12))
        #expect(edited.afterLook(new, isNew: true, isLasting: false, now: later(20)).nextDue == later(10))
    }

    /// Nobody knows which value the hub has: what the file holds is delivered, even if it is the one before.
    @Test(arguments: [(nil, true), (Decision.withdraw, false)])
    func afterAnAmbiguousEndTheSourcesValueIsDelivered(decision: Decision?, isDue: Bool) throws {
        var delivered = try adopted()
        delivered.lastFingerprint = [1]
        let id = try #require(RotationID(rawValue: "01a2097c-4375-74b4-90c7-3930dcb94f8c"))
        var rotation = Rotation(opening: delivered, id: id, trigger: .schedule, now: later(5))
        rotation.fingerprint = [2]
        var tally = RotationState.Tally()
        tally.isAmbiguous = true
        rotation.state = RotationState(phase: .abandoned(decision), tally: tally, wakeAt: nil)
        let ended = delivered.after(.abandoned(decision), of: rotation, now: later(9), retry: .standard)
        #expect(ended.lastFingerprint == (isDue ? nil : [1]))
        #expect((ended.afterLook(old, isNew: false, isLasting: true, now: later(99)).nextDue == later(99)) == isDue)
    }

    /// A fingerprint by an older staging key is the same value's.
    @Test func changedStagingKeyIsNoOtherContent() throws {
        let adopted = try adopted()
        let content = SourceContent(fingerprints: [[9], [1]], isUsable: true)
        let after = adopted.afterLook(content, isNew: true, isLasting: false, now: later(9))
        #expect(after.nextStep == .never)
        // The older key may go now.
        #expect(after.adoption == .adopted([9]))
    }

    /// A clock that was ahead has put the minimum interval's end far away.
    @Test func clockThatIsPutRightBringsItBack() throws {
        var due = try adopted()
        due.lastOpened = later(86_400)
        due = due.afterLook(new, isNew: true, isLasting: false, now: later(86_410))
        #expect(due.nextDue == later(86_460))
        let back = due.adjustedForClockStep(now: later(20), farthest: .seconds(86_400))
        #expect(back.nextStep == .never)
        #expect(back.afterLook(new, isNew: false, isLasting: true, now: later(20)).nextDue == later(80))
    }

    @Test(arguments: ["every", "cron", "window", "jitter"])
    func fileHasNoSlots(key: String) throws {
        var definition = try schedule().definition
        #expect(definition.conflict == nil)
        switch key {
        case "every": definition.cadence = .every(try #require(Cadence.Period(.seconds(86_400))))
        case "cron": definition.cadence = .cron(try CronExpression("@daily"))
        case "window": definition.window = .seconds(3600)
        default: definition.jitter = .seconds(60)
        }
        #expect(definition.conflict?.key == key)
    }

    @Test func whatIsNoFileNeedsACadence() throws {
        var definition = try schedule().definition
        definition.generator = .uuid(.v4)
        #expect(definition.conflict?.key == "every")
        var edit = ScheduleEdit()
        edit.generator = .uuid(.v4)
        #expect(edit.applied(to: try schedule().definition).conflict?.key == "every")
        // The other way round the cadence goes by itself.
        definition.cadence = .every(try #require(Cadence.Period(.seconds(86_400))))
        edit.generator = try schedule().definition.generator
        #expect(edit.applied(to: definition).conflict == nil)
    }
}
