import RotationCore
import Scheduling
import Testing

/// Success is a confirmed effect: what a 2xx is worth, and what follows where no list shows it.
struct ConfirmationTests {
    /// A rotation whose first attempt was answered 2xx; `updated_at` was 100 before it.
    private static func delivered(steps: Set<GeneratorStep> = [], seen: [Int64] = []) throws -> MachineDriver {
        var driver = MachineDriver(steps: steps)
        driver.state = RotationState(seen: seen)
        try driver.reachAttempt()
        try driver.take(.attemptEnded(MachineDriver.receipt))
        #expect(driver.action == .confirm)
        return driver
    }

    /// A later value and an earlier one, as after a fail-over to a machine whose clock is slower; in seconds, too.
    @Test(arguments: [101, 99, 1, 1_700_000_000] as [Int64])
    func anyValueThatWasNeverSeenConfirms(_ updatedAt: Int64) throws {
        var driver = try Self.delivered(seen: [50])
        try driver.take(.listed(updatedAt: updatedAt))
        #expect(driver.state.ending == .succeeded(confirmed: true))
    }

    /// The baseline; a stale replica's value of an earlier rotation; another user's update; a value that cannot be used.
    @Test(arguments: [
        RotationEvent.listed(updatedAt: 100), .listed(updatedAt: 50), .listed(updatedAt: 101, isForeign: true),
        .listed(updatedAt: nil), .notListed, .listFailed(HubError(.unavailable)), .listFailed(HubError(.forbidden)),
    ])
    func listThatProvesNothingHasTheSameCandidateSentAgain(_ event: RotationEvent) throws {
        var driver = try Self.delivered(steps: [.install, .finish, .withdraw], seen: [50])
        let confirmBy = driver.now.advanced(by: .seconds(30))
        while driver.now < confirmBy {
            try driver.take(event)
            #expect(driver.state.phase == .delivered(confirmBy: confirmBy))
            #expect(!driver.state.tally.isAmbiguous)
            try driver.wake()
            #expect(driver.now <= confirmBy)
        }
        try driver.take(event)
        #expect(driver.state.ending == nil)
        #expect(driver.state.tally.isAmbiguous && driver.state.tally.unconfirmed == 1)
        try driver.wake()
        #expect(driver.action == .attempt(number: 2))
        // A refusal now is no proof that the hub has the old value.
        try driver.take(.attemptStarted, MachineDriver.failed(.rejected))
        #expect(driver.state.phase == .parked(Failure(kind: "rejected")))
    }

    /// Another user's update is seen once: only the next one that is ours confirms.
    @Test func updateByAnotherUserIsNotOursAtTheNextList() throws {
        var driver = try Self.delivered()
        try driver.take(.listed(updatedAt: 101, isForeign: true))
        try driver.wake()
        try driver.take(.listed(updatedAt: 101))
        #expect(driver.state.ending == nil)
        try driver.wake()
        try driver.take(.listed(updatedAt: 102))
        #expect(driver.state.ending == .succeeded(confirmed: true))
    }

    /// In cycles; after a full one at the cycle's pace, and a person may decide.
    @Test func updateWithoutEffectIsSentInCyclesAndThenAPersonMayDecide() throws {
        let steps: Set<GeneratorStep> = [.install, .finish, .withdraw]
        var driver = try Self.delivered(steps: steps)
        let retry = driver.plan.retry
        for count in 1...(retry.attempts + 2) {
            driver.now = driver.now.advanced(by: .seconds(30))
            try driver.take(.listed(updatedAt: 100))
            #expect(driver.state.tally.unconfirmed == count)
            let delay = driver.now.duration(to: try #require(driver.state.wakeAt))
            let isCycle = count >= retry.attempts
            #expect(driver.state.isAPersons == isCycle)
            #expect(driver.state.needsDecision(steps: steps))
            if isCycle { #expect(delay == retry.cycleDelay(afterCycles: count - retry.attempts + 1)) }
            try driver.wake()
            try driver.take(.attemptStarted)
            #expect(!driver.state.isAPersons)
            try driver.take(.attemptEnded(MachineDriver.receipt))
        }
        var kept = driver
        try kept.take(.abandoned(.keep))
        #expect(kept.action == .perform(.finish))
        try driver.take(.abandoned(.withdraw))
        #expect(driver.action == .perform(.withdraw))
    }

    /// Neither what a load balancer answers in AI Hub's place, nor a 5xx, is waited out for ever without a word.
    @Test(arguments: [HubError.Kind.malformed, .legacyError, .unavailable, .timedOut])
    func attemptsOfUnknownEffectAreAPersonsMatterAfterAFullCycle(_ kind: HubError.Kind) throws {
        var driver = MachineDriver()
        try driver.reachAttempt()
        for count in 1...driver.plan.retry.attempts {
            if count > 1 { try driver.take(.attemptStarted) }
            #expect(!driver.state.tally.isStuck)
            try driver.take(MachineDriver.failed(kind))
            try driver.wake()
        }
        #expect(driver.state.isAPersons)
        #expect(driver.action == .attempt(number: driver.plan.retry.attempts + 1))
    }

    /// A clock that was ahead does not put the end of the wait out of reach.
    @Test func waitForTheListIsNoLongerThanItsLimitAfterTheClockWasSetBack() throws {
        var driver = try Self.delivered()
        driver.now = driver.now.advanced(by: .seconds(-86_400))
        try driver.take(.listed(updatedAt: 100))
        #expect(driver.state.phase == .delivered(confirmBy: driver.now.advanced(by: .seconds(30))))
    }

    /// The evidence is taken once, and kept through parking and resumption.
    @Test func evidenceOutlivesParking() throws {
        var driver = try Self.delivered(seen: [50])
        driver.now = driver.now.advanced(by: .seconds(30))
        try driver.take(.listed(updatedAt: 100))
        try driver.wake()
        try driver.take(.candidateLost)
        #expect(driver.state.phase == .parked(.candidateLost))
        try driver.take(.candidateFound, .attemptStarted, .attemptEnded(MachineDriver.receipt))
        #expect(driver.action == .confirm)
        for old in [50, 100] as [Int64] {
            try driver.take(.listed(updatedAt: old))
            #expect(driver.state.ending == nil)
            try driver.wake()
        }
        try driver.take(.listed(updatedAt: 101))
        #expect(driver.state.ending == .succeeded(confirmed: true))
        #expect(driver.state.evidence.seen == [50, 100, 101])
    }

    /// A hub that lists no usable `updated_at`: success is unconfirmed, and the old credential stays until a person speaks.
    @Test(arguments: [Decision.keep, nil])
    func finishWaitsForAPersonWhereNoListCanConfirm(_ decision: Decision?) throws {
        var driver = MachineDriver(steps: [.finish])
        driver.plan.finishAfter = .seconds(3600)
        try driver.take(.generated, .staged, .listed(updatedAt: nil), .attemptStarted)
        try driver.take(.attemptEnded(MachineDriver.receipt))
        #expect(driver.state.ending == .succeeded(confirmed: false))
        #expect(driver.state.phase == .finishHeld && driver.action == .park && driver.state.isAPersons)
        try driver.take(.abandoned(decision))
        if decision == .keep {
            // As long as its schedule says, from the decision on.
            #expect(driver.state.wakeAt == driver.now.advanced(by: .seconds(3600)))
            try driver.wake()
        }
        #expect(driver.action == (decision == .keep ? .perform(.finish) : .erase))
    }

    @Test func withoutAFinishNothingWaits() throws {
        var driver = MachineDriver(steps: [.install, .withdraw])
        try driver.take(.generated, .staged, .listed(updatedAt: nil), .stepStarted(.install), .stepDone(.install))
        try driver.take(.attemptStarted, .attemptEnded(MachineDriver.receipt))
        #expect(driver.state.phase == .succeeded(confirmed: false) && driver.action == .erase)
    }

    /// A hub that has listed before preflight could have shown the effect: one that refuses lists now, or lists no
    /// `updated_at` any more, makes no 2xx a success.
    @Test(arguments: [RotationEvent.listFailed(HubError(.forbidden)), .listed(updatedAt: nil)])
    func hubThatHasListedIsNeverTakenForOneThatCanNot(_ event: RotationEvent) throws {
        var driver = try Self.delivered(steps: [.finish])
        for _ in 0..<(driver.plan.retry.attempts * 2) {
            driver.now = driver.now.advanced(by: .seconds(30))
            try driver.take(event)
            #expect(driver.state.ending == nil)
            try driver.wake()
            try driver.take(.attemptStarted, .attemptEnded(MachineDriver.receipt))
        }
        #expect(driver.state.isAPersons)
        try driver.take(.listed(updatedAt: 101))
        #expect(driver.state.ending == .succeeded(confirmed: true))
    }

    /// `finish` is tried again at the cycle's pace until it is done; success stays success.
    @Test(arguments: [RotationEvent.generatorFailed(.permanent(reason: "x")), .candidateLost])
    func finishThatFailsIsTriedAgain(_ event: RotationEvent) throws {
        var driver = try Self.delivered(steps: [.finish])
        try driver.take(.listed(updatedAt: 101))
        for cycle in 1...3 {
            #expect(driver.action == .perform(.finish))
            try driver.take(event)
            #expect(driver.state.ending == .succeeded(confirmed: true) && driver.state.isFinishLeft)
            let delay = driver.now.duration(to: try #require(driver.state.wakeAt))
            #expect(delay >= driver.plan.retry.cycleDelay(afterCycles: cycle))
            try driver.wake()
        }
        try driver.take(.stepStarted(.finish), .stepDone(.finish))
        #expect(driver.action == .erase)
    }
}
