import RotationCore
import Testing

/// An open rotation of a history that may be an older copy.
struct RecheckTests {
    private static func driver(_ events: RotationEvent..., steps: Set<GeneratorStep> = []) throws -> MachineDriver {
        var driver = MachineDriver(steps: steps)
        for event in [.generated, .staged, .listed(updatedAt: 100)] + events { try driver.take(event) }
        var evidence = driver.state.evidence
        evidence.mustRecheck = true
        let state = driver.state
        driver.state = RotationState(phase: state.phase, tally: state.tally, evidence: evidence, wakeAt: nil)
        return driver
    }

    private static let phases: [[RotationEvent]] = [
        [], [.stepStarted(.install), .stepDone(.install)],
        [.attemptStarted, MachineDriver.failed(.timedOut)],
        [.attemptStarted, .attemptEnded(MachineDriver.receipt)],
        [.stepStarted(.install), .generatorFailed(.permanent(reason: "x"))],
    ]

    @Test(arguments: phases)
    func updatedSinceIsLeftToAPerson(events: [RotationEvent]) throws {
        var driver = try Self.driver(steps: [.install, .withdraw])
        for event in events { try driver.take(event) }
        #expect(driver.action == .recheck || driver.state.wakeAt != nil)
        try driver.take(.listed(updatedAt: 200))
        #expect(driver.state.phase == .parked(.unknownUpdate))
        #expect(driver.state.isAPersons && driver.action == .park)
        try driver.take(.abandoned(.keep))
    }

    @Test func goesOnWhereNothingHasMoved() throws {
        for answer in [RotationEvent.listed(updatedAt: 100), .listed(updatedAt: nil), .notListed] {
            var driver = try Self.driver()
            #expect(driver.action == .recheck)
            try driver.take(answer)
            #expect(driver.action == .attempt(number: 1))
            #expect(!driver.state.evidence.mustRecheck)
        }
    }

    /// A hub that can't be asked is asked again; one that refuses lists by now can't tell.
    @Test func asksAgainUntilTheHubAnswers() throws {
        var driver = try Self.driver()
        try driver.take(.listFailed(HubError(.connectionLost)))
        try driver.wake()
        #expect(driver.action == .recheck)
        try driver.take(.listFailed(HubError(.forbidden, status: 403)))
        #expect(driver.action == .attempt(number: 1))
    }

    /// An attempt without an end is one of unknown effect first; what has an outcome already is not asked about.
    @Test func ownAttemptComesFirst() throws {
        var driver = try Self.driver()
        driver.state = RotationState(
            phase: .delivering(attempt: .underWay),
            tally: driver.state.tally,
            evidence: driver.state.evidence,
            wakeAt: nil
        )
        #expect(driver.action == .reportLostAttempt)
        for phase in [RotationState.Phase.succeeded(confirmed: true), .failed(.generator), .finishHeld] {
            let state = driver.state
            driver.state = RotationState(phase: phase, tally: state.tally, evidence: state.evidence, wakeAt: nil)
            #expect(driver.action != .recheck)
        }
    }

    /// Preflight is such a list itself, where an earlier rotation has seen the secret.
    @Test func preflightSeesTheUpdate() throws {
        for (seen, isHeld) in [([Int64(50)], true), ([], false)] {
            var driver = MachineDriver()
            driver.state = RotationState(
                phase: .staged,
                tally: .init(),
                evidence: UpdateEvidence(seen: seen, mustRecheck: true),
                wakeAt: nil
            )
            #expect(driver.action == .preflight)
            try driver.take(.listed(updatedAt: 60))
            #expect((driver.state.phase == .parked(.unknownUpdate)) == isHeld)
        }
    }
}
