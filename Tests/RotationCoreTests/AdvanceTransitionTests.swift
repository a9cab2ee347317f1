import RotationCore
import Scheduling
import TestSupport
import Testing

/// What events of a rotation make durable.
struct AdvanceTransitionTests {
    private static let now = MemoryRows.now
    private static let plan = RotationPlan(
        retry: .standard,
        confirm: true,
        steps: [.finish],
        lateHold: .seconds(300)
    )

    private static func rotation() throws -> Rotation {
        let schedule = try EngineWorld.schedule("a", now: now)
        return Rotation(opening: schedule, id: MemoryRows.id(1), trigger: .rotateNow, now: now)
    }

    private static func advance(
        _ rotation: Rotation,
        seen: RotationState? = nil,
        _ events: [RotationEvent],
        _ rows: MemoryRows = MemoryRows()
    ) throws -> Transition {
        let advance = RotationAdvance(
            of: rotation,
            seen: seen ?? rotation.state,
            events.map { .init($0, at: now) },
            plan: plan,
            trigger: .rotateNow
        )
        return try rotation.transition(advance, rows)
    }

    private static let toAttempt: [RotationEvent] = [.generated, .staged, .listed(updatedAt: 1), .attemptStarted]
    private static let answered = RotationEvent.attemptEnded(.delivered(Receipt(status: 200)))

    /// Staged, baseline and attempt are one transition: the third barrier before the PATCH.
    @Test func stagedBaselineAndAttemptAreOneTransition() throws {
        let transition = try Self.advance(Self.rotation(), Self.toAttempt)
        #expect(transition.attempt == Attempt(number: 1, startedAt: Self.now))
        #expect(transition.entries.map(\.event.rawValue) == ["rotation.staged", "rotation.attempted"])
        let state = try #require(transition.rotation).rotation.state
        #expect(state.phase == .delivering(attempt: .underWay))
        #expect(state.evidence.seen == [1])
        #expect(transition.schedule == nil && transition.group == nil && transition.hold == nil)
    }

    /// Whoever acted on another state than the stored one is refused, and nothing is written.
    @Test func eventsOfAnotherStateAreRefused() throws {
        var stored = try Self.rotation()
        let seen = stored.state
        stored = try #require(try Self.advance(stored, Self.toAttempt).rotation).rotation
        #expect(throws: StaleRotation.self) { try Self.advance(stored, seen: seen, Self.toAttempt) }
        // The same phase, but another attempt: the answer to the first one says nothing of the second.
        let first = stored.state
        let again: [RotationEvent] = [.attemptEnded(.failed(HubError(.timedOut))), .attemptStarted]
        stored = try #require(try Self.advance(stored, again).rotation).rotation
        #expect(stored.state.phase == first.phase)
        #expect(throws: StaleRotation.self) { try Self.advance(stored, seen: first, [Self.answered]) }
    }

    /// A request that joins meanwhile changes a wait, and no place.
    @Test func waitThatWasChangedMeanwhileIsKept() throws {
        let failed: [RotationEvent] = [.generatorFailed(.tryAgain(StepFailure(.generate, .exited(75))))]
        var stored = try #require(try Self.advance(Self.rotation(), failed).rotation).rotation
        let seen = stored.state
        try stored.state.handle(.requested, plan: .ofWaits, now: Self.now, fraction: 0)
        #expect(stored.state != seen)
        let next = try #require(try Self.advance(stored, seen: seen, [.generated, .staged]).rotation).rotation
        #expect(next.state.phase == .staged)
    }

    /// How a rotation ends, and what must follow.
    enum End: CaseIterable {
        case succeeded, succeededAmbiguously, refused, replaced
    }

    @Test(arguments: End.allCases)
    func endMovesScheduleGroupHoldAndValue(end: End) throws {
        let rotation = try Self.rotation()
        let events: [RotationEvent] =
            switch end {
            case .succeeded: Self.toAttempt + [Self.answered, .listed(updatedAt: 2)]
            case .succeededAmbiguously:
                Self.toAttempt + [
                    .attemptEnded(.failed(HubError(.timedOut))), .attemptStarted, Self.answered, .listed(updatedAt: 2),
                ]
            case .refused: Self.toAttempt + [.attemptEnded(.failed(HubError(.rejected, status: 400)))]
            case .replaced: [.policyChanged]
            }
        let rows = try MemoryRows.due()
        let transition = try Self.advance(rotation, events, rows)
        let until = Self.now.advanced(by: .seconds(300))
        let isReplaced = end == .replaced
        #expect(transition.group == .released(rotation.id, at: Self.now, isUnused: isReplaced))
        #expect(transition.requests == (isReplaced ? .released(rotation.id) : nil))
        #expect(transition.hold == (end == .succeededAmbiguously ? .until(until) : nil))
        #expect(transition.look == (end == .succeededAmbiguously ? .at(until, after: rotation.id) : nil))
        let isSuccess = end == .succeeded || end == .succeededAmbiguously
        #expect(transition.value == (isSuccess ? .known : nil))
        #expect((transition.schedule?.lastSuccess == Self.now) == isSuccess)
        #expect(transition.schedule?.failures == (end == .refused ? 1 : 0))
        let last = try #require(transition.entries.last)
        #expect(last.event.rawValue == (isSuccess ? "rotation.succeeded" : "rotation.failed"))
        guard case .advanced(_, _, let ending?) = transition.rotation else {
            Issue.record("no outcome is written")
            return
        }
        #expect(ending == transition.rotation?.rotation.state.ending)
    }

    /// The outcome is written once: what follows the end writes none.
    @Test func whatFollowsTheEndWritesNoOutcome() throws {
        let events = Self.toAttempt + [Self.answered, .listed(updatedAt: 2)]
        let ended = try #require(try Self.advance(Self.rotation(), events, MemoryRows.due()).rotation).rotation
        let after = try Self.advance(ended, [.stepStarted(.finish), .stepDone(.finish), .erased], MemoryRows.due())
        guard case .advanced(let closed, _, nil) = after.rotation else {
            Issue.record("an outcome is written twice")
            return
        }
        #expect(closed.state.phase == .closed)
        #expect(after.schedule == nil && after.group == nil && after.hold == nil)
    }
}
