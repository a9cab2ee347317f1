import RotationCore
import Scheduling
import TestSupport
import Testing

/// What a person's decision about a parked rotation leads to.
struct DecisionTests {
    /// A rotation whose installed candidate the hub may hold or not.
    private static func parked(steps: Set<GeneratorStep>) throws -> MachineDriver {
        var driver = MachineDriver(steps: steps)
        try driver.reachAttempt()
        try driver.take(MachineDriver.failed(.timedOut))
        try driver.wake()
        try driver.take(.attemptStarted, MachineDriver.failed(.rejected))
        #expect(driver.state.phase == .parked(Failure(kind: "rejected")))
        return driver
    }

    private static let all = Set(GeneratorStep.allCases)

    @Test(arguments: Decision.allCases)
    func generatorDoesWhatThePersonDecidesBeforeTheRotationEnds(_ decision: Decision) throws {
        var driver = try Self.parked(steps: Self.all)
        #expect(driver.state.needsDecision(steps: Self.all))
        try driver.take(.abandoned(decision))
        #expect(driver.state.ending == nil)
        #expect(driver.action == .perform(decision == .keep ? .finish : .withdraw))
        try driver.take(.stepStarted(decision.step), .generatorFailed(.tryAgain))
        try driver.wake()
        try driver.take(.stepStarted(decision.step), .stepDone(decision.step))
        #expect(driver.state.ending == .abandoned(decision))
        #expect(driver.action == .erase)
    }

    @Test(arguments: [Decision.keep, .withdraw, nil])
    func whereNothingWasInstalledItEndsAtOnce(_ decision: Decision?) throws {
        var driver = try Self.parked(steps: [.finish])
        #expect(!driver.state.needsDecision(steps: [.finish]))
        try driver.take(.abandoned(decision))
        #expect(driver.state.ending == .abandoned(decision))
    }

    /// What can't be put back is a person's again, who may then end it without more ado.
    @Test func withdrawalThatFailsParksAgain() throws {
        var driver = try Self.parked(steps: Self.all)
        let step = StepFailure(.withdraw, .exited(1))
        let error = GeneratorError.permanent(step, explanation: nil)
        try driver.take(.abandoned(.withdraw), .stepStarted(.withdraw), .generatorFailed(error))
        #expect(driver.state.phase == .parked(.withdrawal.during(step)))
        #expect(!driver.state.needsDecision(steps: Self.all))
        // Another staging key: it waits for the right one, and then withdraws all the same.
        try driver.take(.abandoned(.withdraw), .candidateLost)
        try driver.wake()
        #expect(driver.action == .perform(.withdraw))
        try driver.take(.abandoned(nil))
        #expect(driver.state.ending == .abandoned(nil))
    }

    /// The old credential may still be valid: it is tried again until it is retired, or a person says otherwise.
    @Test(arguments: [RotationEvent.generatorFailed(.permanent(reason: "x")), .candidateLost])
    func retirementThatFailsIsTriedAgain(_ event: RotationEvent) throws {
        var driver = try Self.parked(steps: Self.all)
        try driver.take(.abandoned(.keep), event)
        #expect(driver.state.ending == nil)
        try driver.wake()
        #expect(driver.action == .perform(.finish))
        try driver.take(.stepStarted(.finish), .stepDone(.finish))
        #expect(driver.state.ending == .abandoned(.keep))
    }

    /// The step of the other decision has no place.
    @Test(arguments: Decision.allCases)
    func otherStepIsUnexpected(_ decision: Decision) throws {
        var driver = try Self.parked(steps: Self.all)
        try driver.take(.abandoned(decision))
        let other = decision == .keep ? GeneratorStep.withdraw : .finish
        #expect(throws: UnexpectedEvent.self) { try driver.take(.stepStarted(other)) }
        #expect(throws: UnexpectedEvent.self) { try driver.take(.stepDone(other)) }
    }
}
