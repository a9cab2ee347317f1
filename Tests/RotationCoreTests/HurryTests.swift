import RotationCore
import Scheduling
import Testing

/// What requests that join a rotation do to its back-off.
struct HurryTests {
    /// Each failure puts the next try off by ten minutes.
    private static let retry = RetryPolicy(
        base: .seconds(1),
        cap: .seconds(60),
        attempts: 1,
        cycleDelays: [.seconds(600)]
    )

    /// A rotation whose first attempt has just failed.
    private func waiting(_ error: HubError = HubError(.unavailable)) throws -> MachineDriver {
        var driver = MachineDriver(confirm: false, retry: Self.retry)
        try driver.take(.generated, .staged, .attemptStarted, .attemptEnded(.failed(error)))
        return driver
    }

    private func wait(_ driver: MachineDriver) -> Int64? {
        driver.state.wakeAt.map { driver.now.duration(to: $0).components.seconds }
    }

    @Test func requestBringsTheNextTryForwardOnce() throws {
        var driver = try waiting()
        #expect(wait(driver) == 600)
        driver.now = driver.now.advanced(by: .seconds(5))
        try driver.take(.requested)
        #expect(wait(driver) == 0 && driver.action == .attempt(number: 2))
        let state = driver.state
        try driver.take(.requested)
        #expect(driver.state == state)
    }

    /// However many requests come: after a try that was brought forward, the next one comes no sooner than the cap.
    @Test func fortyRequestsAreNotFortyTries() throws {
        var driver = try waiting()
        var tries = 1
        for _ in 0..<40 {
            try driver.take(.requested)
            if case .attempt = driver.action {
                try driver.take(.attemptStarted, MachineDriver.failed(.unavailable))
                tries += 1
            }
            driver.now = driver.now.advanced(by: .seconds(1))
        }
        #expect(tries == 2)
        #expect(wait(driver) == 20)
        driver.now = driver.now.advanced(by: .seconds(20))
        #expect(driver.action == .attempt(number: 3))
    }

    /// A back-off that has run its course can be shortened again, at once.
    @Test func tryThatNobodyBroughtForwardGivesRequestsTheirEffectBack() throws {
        var driver = try waiting()
        try driver.take(.requested, .attemptStarted, MachineDriver.failed(.unavailable))
        try driver.wake()
        try driver.take(.attemptStarted, MachineDriver.failed(.unavailable), .requested)
        #expect(wait(driver) == 0)
    }

    @Test(arguments: [(30, 30), (86_400, 3600)])
    func hubsFloorHoldsUpToTheCap(_ asked: Int, _ floor: Int64) throws {
        var driver = try waiting(HubError(.throttled, retryAfter: .seconds(asked)))
        try driver.take(.requested)
        #expect(wait(driver) == floor)
        try driver.take(.hubResumed)
        #expect(wait(driver) == 0)
        #expect(driver.state.tally.floor == nil)
    }

    /// A 2xx without an effect is repeated at the cycle's pace: requests do not change that either.
    @Test func unconfirmedUpdateIsNotSentAgainForEachRequest() throws {
        var driver = MachineDriver(confirm: true, retry: Self.retry)
        try driver.reachAttempt()
        try driver.take(.attemptEnded(MachineDriver.receipt))
        var attempts = 1
        for _ in 0..<40 {
            try driver.take(.requested)
            switch driver.action {
            case .confirm: try driver.take(.listed(updatedAt: 100))
            case .attempt:
                attempts += 1
                try driver.take(.attemptStarted, .attemptEnded(MachineDriver.receipt))
            default: break
            }
            driver.now = driver.now.advanced(by: .seconds(5))
        }
        // 30 s of lists, the one that was brought forward, 30 s more, and 60 s after that.
        #expect(attempts == 3)
    }

    @Test func whatDoesNotWaitForATryIsLeftAlone() throws {
        let later = Instant(milliseconds: 9_000_000_000_000)
        let phases: [RotationState.Phase] = [
            .delivered(confirmBy: later), .succeeded(confirmed: true), .finishFailed(confirmed: true, .candidateLost),
            .failed(.candidateLost), .parked(.candidateLost), .closed,
        ]
        for phase in phases {
            let before = RotationState(phase: phase, tally: .init(), wakeAt: later)
            var driver = MachineDriver()
            driver.state = before
            try driver.take(.requested, .hubResumed)
            #expect(driver.state == before, "\(phase)")
        }
    }

    /// The phases in which a rotation goes on without its hub are those whose action is not the hub's.
    @Test func phasesWithoutTheHubAreToldApart() {
        let failure = Failure.candidateLost
        let now = Instant(milliseconds: 1000)
        let phases: [RotationState.Phase] = [
            .claimed, .generated, .staged, .installed, .tested, .delivering(attempt: .underWay),
            .delivering(attempt: .ended), .delivered(confirmBy: now), .succeeded(confirmed: true), .finishHeld,
            .finishFailed(confirmed: true, failure), .finished(confirmed: true), .withdrawing(failure),
            .failed(failure), .abandoning(.keep, failure), .abandoned(nil), .parked(failure), .closed,
        ]
        let plan = RotationPlan(retry: Self.retry, confirm: true, steps: Set(GeneratorStep.allCases))
        for phase in phases {
            let state = RotationState(phase: phase, tally: .init(), wakeAt: nil)
            #expect(state.isHubDone == RotationState.hubDonePhases.contains(state.phaseName), "\(phase)")
            let isLocal =
                switch state.nextAction(plan: plan, now: now) {
                case .erase, .perform(.finish), .perform(.withdraw): true
                default: false
                }
            #expect(state.isHubDone == isLocal, "\(phase)")
        }
    }
}
