import RotationCore
import Scheduling
import TestSupport
import Testing

struct RotationStateTests {
    @Test func happyPathWithAllStepsAsksForThemInOrder() throws {
        var driver = MachineDriver(steps: Set(GeneratorStep.allCases))
        let path: [(RotationAction, [RotationEvent])] = [
            (.generate, [.generated]),
            (.stage, [.staged]),
            (.preflight, [.listed(updatedAt: 100)]),
            (.perform(.install), [.stepStarted(.install), .stepDone(.install)]),
            (.perform(.test), [.stepStarted(.test), .stepDone(.test)]),
            (.attempt(number: 1), [.attemptStarted, .attemptEnded(MachineDriver.receipt)]),
            (.confirm, [.listed(updatedAt: 101)]),
            (.perform(.finish), [.stepStarted(.finish), .stepDone(.finish)]),
            (.erase, [.erased]),
        ]
        for (action, events) in path {
            #expect(driver.action == action)
            for event in events { try driver.take(event) }
        }
        #expect(driver.action == .done)
        #expect(driver.state.phase == .closed)
    }

    @Test func happyPathOfABuiltInWithoutConfirmationIsShort() throws {
        var driver = MachineDriver(confirm: false)
        try driver.take(.generated, .staged)
        #expect(driver.action == .attempt(number: 1))
        try driver.take(.attemptStarted, .attemptEnded(MachineDriver.receipt))
        #expect(driver.state.ending == .succeeded(confirmed: false))
        #expect(driver.action == .erase)
    }

    @Test(arguments: HubError.Kind.allCases)
    func failedAttemptRepeatsTheSameCandidateOrFailsAtOnce(_ kind: HubError.Kind) throws {
        var driver = MachineDriver()
        try driver.reachAttempt()
        try driver.take(MachineDriver.failed(kind))
        switch kind {
        case .notFound, .conflict, .rejected, .redirected:
            #expect(driver.state.ending == .failed(Failure(kind: kind.rawValue)))
        case .unauthorized, .noToken, .cancelled:
            #expect(driver.action == .attempt(number: 2))
        default:
            try driver.wake()
            #expect(driver.action == .attempt(number: 2))
        }
        let ambiguous: Set<HubError.Kind> = [
            .unavailable, .legacyError, .malformed, .unconfirmed, .timedOut, .connectionLost, .cancelled,
        ]
        #expect(driver.state.tally.isAmbiguous == ambiguous.contains(kind))
    }

    @Test func refusalAfterAnAmbiguousAttemptWaitsForAPerson() throws {
        var driver = MachineDriver(steps: [.install, .withdraw])
        try driver.reachAttempt()
        try driver.take(MachineDriver.failed(.timedOut))
        try driver.wake()
        try driver.take(.attemptStarted, MachineDriver.failed(.rejected))
        #expect(driver.state.phase == .parked(Failure(kind: "rejected")))
        #expect(driver.action == .park)
        try driver.take(.abandoned(nil))
        #expect(driver.action == .erase)
    }

    @Test func refusalWithoutAmbiguityWithdrawsWhatWasInstalled() throws {
        var driver = MachineDriver(steps: [.install, .withdraw])
        try driver.reachAttempt()
        try driver.take(MachineDriver.failed(.rejected))
        #expect(driver.action == .perform(.withdraw))
        #expect(driver.state.ending == nil)
        try driver.take(.stepStarted(.withdraw), .stepDone(.withdraw))
        #expect(driver.state.ending == .failed(Failure(kind: "rejected")))
    }

    @Test func crashDuringInstallStillWithdraws() throws {
        var driver = MachineDriver(steps: [.install, .withdraw])
        try driver.take(.generated, .staged, .listed(updatedAt: 1), .stepStarted(.install))
        try driver.take(.generatorFailed(.unusableValue))
        #expect(driver.action == .perform(.withdraw))
    }

    @Test func attemptWithoutAnEndIsUnknownAndRepeated() throws {
        var driver = MachineDriver()
        try driver.reachAttempt()
        #expect(driver.action == .reportLostAttempt)
        try driver.take(.attemptEnded(.unknown))
        #expect(driver.state.tally.isAmbiguous)
        #expect(driver.action == .attempt(number: 2))
    }

    @Test func missingSecretFailsBeforeAnythingIsSent() throws {
        var driver = MachineDriver()
        try driver.take(.generated, .staged, .notListed)
        #expect(driver.state.ending == .failed(Failure(kind: "not_found")))
        #expect(driver.state.tally.attempts == 0)
    }

    @Test(arguments: [HubError.Kind.forbidden, .notFound, .rejected, .conflict])
    func hubThatForbidsListingIsStillWrittenTo(_ kind: HubError.Kind) throws {
        var driver = MachineDriver()
        try driver.take(.generated, .staged, .listFailed(HubError(kind)))
        #expect(driver.action == .attempt(number: 1))
        try driver.take(.attemptStarted, .attemptEnded(MachineDriver.receipt))
        #expect(driver.state.ending == .succeeded(confirmed: false))
    }

    @Test func generatorThatRepeatsTheValueInForceIsGivenUpAfterThree() throws {
        var driver = MachineDriver()
        try driver.take(.generated, .repeatedValue, .generated, .repeatedValue)
        #expect(driver.action == .generate)
        try driver.take(.generated, .repeatedValue)
        #expect(driver.state.ending == .failed(.repeatedValue))
    }

    @Test func lostCandidateFailsOnlyWhereTheHubCertainlyHasTheOldValue() throws {
        var untouched = MachineDriver()
        try untouched.take(.generated, .staged, .candidateLost)
        #expect(untouched.state.ending == .failed(.candidateLost))
        var sent = MachineDriver()
        try sent.reachAttempt()
        try sent.take(MachineDriver.failed(.timedOut), .candidateLost)
        #expect(sent.state.phase == .parked(.candidateLost))
        var refused = MachineDriver()
        try refused.reachAttempt()
        try refused.take(MachineDriver.failed(.throttled), .candidateLost)
        #expect(refused.state.ending == .failed(.candidateLost))
    }

    @Test func finishWaitsForItsDelayAndCannotUndoSuccess() throws {
        var driver = MachineDriver(confirm: false, steps: [.finish])
        driver.plan.finishAfter = .seconds(3600)
        try driver.reachAttempt()
        try driver.take(.attemptEnded(MachineDriver.receipt))
        #expect(driver.action == .wait(until: driver.now.advanced(by: .seconds(3600))))
        try driver.wake()
        try driver.take(.stepStarted(.finish), .generatorFailed(.permanent(reason: "gone")))
        #expect(driver.state.ending == .succeeded(confirmed: false))
        #expect(driver.state.isFinishLeft)
    }

    @Test func unexpectedEventThrowsAndChangesNothing() throws {
        var driver = MachineDriver()
        let before = driver.state
        #expect(throws: UnexpectedEvent.self) { try driver.take(.attemptStarted) }
        #expect(driver.state == before)
    }

    /// Why a step failed is kept to the end, through the withdrawal; why it was repeated until it is done.
    @Test func stepOfAFailureIsKept() throws {
        var driver = MachineDriver(steps: Set(GeneratorStep.allCases))
        let (slow, broken) = (
            StepFailure(.install, .timedOut(after: .seconds(60))), StepFailure(.test, .exited(3), reason: "no_login")
        )
        try driver.take(.generated, .staged, .listed(updatedAt: 1))
        try driver.take(.stepStarted(.install), .generatorFailed(.tryAgain(slow)))
        #expect(driver.state.tally.deferred == slow)
        try driver.take(.stepStarted(.install), .stepDone(.install))
        #expect(driver.state.tally.deferred == nil)
        try driver.take(.stepStarted(.test), .generatorFailed(.permanent(broken, explanation: "text")))
        #expect(driver.state.phase == .withdrawing(.generator.during(broken)))
        try driver.take(.stepStarted(.withdraw), .stepDone(.withdraw))
        #expect(driver.state.ending == .failed(Failure(kind: "generator", step: broken)))
        #expect(Failure(kind: "generator", step: broken).text == "generator: test exited with 3 (no_login)")
        #expect(slow.text == "install timed out after 60s")
    }
}
