/// A person's decision about a rotation that can neither continue nor be withdrawn by itself: which value the hub
/// holds.
package enum Decision: String, Hashable, Sendable, Codable, CaseIterable {
    /// The old one: the generator puts the old credential back.
    case withdraw
    /// The new one: the generator retires the old credential.
    case keep

    /// The generator's step that carries it out.
    package var step: GeneratorStep {
        switch self {
        case .withdraw: .withdraw
        case .keep: .finish
        }
    }
}

extension RotationState {
    /// Whether a person may end the rotation: it can't continue by itself, it had no confirmed effect for a full cycle,
    /// or a decision has not been carried out yet.
    package var isAPersons: Bool {
        switch phase {
        case .parked, .abandoning, .finishHeld, .finishFailed: true
        case .delivering(attempt: .ended), .delivered: tally.isStuck
        default: false
        }
    }

    /// Whether success is recorded, and only the generator's `finish` is undecided.
    package var isFinishLeft: Bool {
        switch phase {
        case .finishHeld, .finishFailed: true
        default: false
        }
    }

    /// Whether abandoning the rotation needs a ``Decision``: its generator has changed a real credential, and can still
    /// keep or withdraw it.
    ///
    /// - Parameter steps: The generator's steps.
    package func needsDecision(steps: Set<GeneratorStep>) -> Bool {
        guard tally.isInstallBegun else { return false }
        switch phase {
        // If the step has failed or is impossible, a person repairs the credential by hand.
        case .parked(let failure) where [Failure.candidateLost.kind, Failure.withdrawal.kind].contains(failure.kind):
            return false
        case .parked, .delivering, .delivered: return Decision.allCases.contains { steps.contains($0.step) }
        default: return false
        }
    }
}
