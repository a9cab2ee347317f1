package import ValueGenerators

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
    /// Whether a person decides about the rotation: it is parked, or what was decided has not come true yet.
    package var isAPersons: Bool {
        switch phase {
        case .parked, .abandoning: true
        default: false
        }
    }

    /// Whether a parked rotation can't be abandoned without a ``Decision``: its generator has changed a real credential,
    /// and can still be asked to go on or back.
    ///
    /// - Parameter steps: The generator's steps.
    package func needsDecision(steps: Set<GeneratorStep>) -> Bool {
        guard tally.isInstallBegun, case .parked(let failure) = phase else { return false }
        // Where it was tried in vain, or can't be any more, whatever there was to do was left to people.
        if failure == .candidateLost || failure == .withdrawal { return false }
        return Decision.allCases.contains { steps.contains($0.step) }
    }
}
