/// What a person has found out about a rotation that could go neither on nor back by itself: which value the hub has.
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
    /// Whether a person may end the rotation: it can't go on by itself, it has gone on in vain for a full cycle, or what
    /// was decided has not come true yet.
    package var isAPersons: Bool {
        switch phase {
        case .parked, .abandoning, .finishHeld, .finishFailed: true
        case .delivering(attempt: .ended), .delivered: tally.isStuck
        default: false
        }
    }

    /// Whether success is recorded, and only the generator's `finish` is left to decide about.
    package var isFinishLeft: Bool {
        switch phase {
        case .finishHeld, .finishFailed: true
        default: false
        }
    }

    /// Whether the rotation can't be abandoned without a ``Decision``: its generator has changed a real credential, and can
    /// still be asked to go on or back.
    ///
    /// - Parameter steps: The generator's steps.
    package func needsDecision(steps: Set<GeneratorStep>) -> Bool {
        guard tally.isInstallBegun else { return false }
        switch phase {
        // Where it was tried in vain, or can't be any more, whatever there was to do was left to people.
        case .parked(let failure) where [Failure.candidateLost.kind, Failure.withdrawal.kind].contains(failure.kind):
            return false
        case .parked, .delivering, .delivered: return Decision.allCases.contains { steps.contains($0.step) }
        default: return false
        }
    }
}
