import RotationCore
import Scheduling
import TestSupport
import Testing

/// Random answers to what the machine asks for; what must hold of every rotation is looked at after each step.
struct RotationStatePropertyTests {
    @Test(arguments: 0..<200)
    func rulesHoldForRandomHistories(_ seed: Int) throws {
        let random = SeededRandom(seed: UInt64(seed))
        var steps = Set(GeneratorStep.allCases.filter { _ in random.next() % 2 == 0 })
        // A generator that installs can also take back.
        if steps.contains(.install) { steps.insert(.withdraw) }
        var driver = MachineDriver(confirm: random.next() % 2 == 0, steps: steps)
        var ending: Ending?
        var wasAmbiguous = false
        for _ in 0..<400 where driver.state.phase != .closed {
            if random.next() % 16 == 0 { driver.state.recheck() }
            for event in events(for: driver.action, driver, random) { try driver.take(event) }
            if case .wait(let until) = driver.action { driver.now = until }
            if let ended = ending {
                #expect(driver.state.ending == ended || driver.state.phase == .closed, "seed \(seed)")
            }
            ending = ending ?? driver.state.ending
            wasAmbiguous = wasAmbiguous || driver.state.tally.isAmbiguous
            #expect(driver.state.tally.isAmbiguous == wasAmbiguous, "seed \(seed)")
            if wasAmbiguous, case .failed = driver.state.ending { Issue.record("failed after ambiguity, seed \(seed)") }
            if case .withdrawing = driver.state.phase { #expect(!wasAmbiguous, "seed \(seed)") }
        }
    }

    private func events(for action: RotationAction, _ driver: MachineDriver, _ random: SeededRandom) -> [RotationEvent]
    {
        let isGood = random.next() % 3 > 0
        switch action {
        case .generate: return [isGood ? .generated : .generatorFailed(.tryAgain)]
        case .stage: return [isGood ? .staged : .repeatedValue]
        case .preflight: return [isGood ? .listed(updatedAt: 1) : .listFailed(HubError(randomKind(random)))]
        case .perform(let step):
            let failures: [GeneratorError] = [.tryAgain, .unusableValue, .permanent(reason: "x")]
            let failure = failures[Int(random.next() % 3)]
            return [.stepStarted(step), isGood ? .stepDone(step) : .generatorFailed(failure)]
        case .attempt:
            let error = HubError(randomKind(random))
            return [.attemptStarted, .attemptEnded(isGood ? MachineDriver.receipt : .failed(error))]
        case .reportLostAttempt: return [.attemptEnded(.unknown)]
        case .recheck: return [.listed(updatedAt: isGood ? driver.state.evidence.seen.last : 3)]
        case .confirm: return [isGood ? .listed(updatedAt: 2) : .notListed]
        case .erase: return [.erased]
        case .park:
            let decisions: [Decision?] = [.keep, .withdraw, nil]
            return [.abandoned(decisions[Int(random.next() % 3)])]
        case .wait, .done: return []
        }
    }

    private func randomKind(_ random: SeededRandom) -> HubError.Kind {
        HubError.Kind.allCases[Int(random.next() % UInt64(HubError.Kind.allCases.count))]
    }
}

extension RotationState {
    /// As it is read from a history that may be an older copy.
    fileprivate mutating func recheck() {
        var evidence = evidence
        evidence.mustRecheck = true
        self = RotationState(phase: phase, tally: tally, evidence: evidence, wakeAt: wakeAt)
    }
}
