package import SecretMemory

/// Generates candidates, and, if it can, installs, tests and withdraws them in the system that the secret opens.
///
/// Each step is idempotent for a rotation's ID: after a crash it is repeated.
package protocol ValueGenerator: Sendable {
    /// The generator's steps besides `generate`.
    var steps: Set<GeneratorStep> { get }

    /// Checks the parameters, without any effect.
    func check() async throws(GeneratorError)

    /// Generates a value.
    func generate(_ context: GeneratorContext) async throws(GeneratorError) -> GeneratedValue

    /// Performs one of ``steps`` with a generated value.
    func perform(
        _ step: GeneratorStep,
        _ made: GeneratedValue,
        _ context: GeneratorContext
    ) async throws(GeneratorError)
}

extension ValueGenerator {
    /// Does nothing: the parameters of most generators are checked when their specification is read.
    package func check() async throws(GeneratorError) {}
}

/// A step of a generator after `generate`.
package enum GeneratorStep: String, Hashable, Sendable, Codable, CaseIterable {
    /// Make the value valid in the system that the secret opens.
    case install
    /// Log in with it.
    case test
    /// Retire the old credential, after the hub has the new one.
    case finish
    /// Put the old credential back, when the hub definitely does not have the new one.
    case withdraw
}

/// The secret and rotation that a value is for.
package struct GeneratorContext: Hashable, Sendable {
    /// The hub's name.
    package var hub: String
    /// The secret's alias.
    package var alias: String
    /// The rotation's ID.
    package var rotation: String

    package init(hub: String, alias: String, rotation: String) {
        self.hub = hub
        self.alias = alias
        self.rotation = rotation
    }
}

/// A value, with its generator's state until the rotation has ended.
package struct GeneratedValue: Sendable {
    package var value: SecretValue
    /// The generator's own JSON; sealed together with the value.
    package var state: LockedBytes?

    package init(value: SecretValue, state: LockedBytes? = nil) {
        self.value = value
        self.state = state
    }

    /// How many bytes value and state have.
    package var size: Int { value.withUTF8 { $0.count } + (state?.count ?? 0) }
}

/// The error of a generator's step, by its consequence.
package enum GeneratorError: Error, Hashable, Sendable {
    /// A transient failure: the step is repeated.
    case tryAgain(StepFailure)
    /// The value is unusable: withdraw it and generate another one.
    case unusableValue(StepFailure)
    /// A permanent failure until a person changes something; the explanation is only for the log.
    case permanent(StepFailure, explanation: String?)

    /// A permanent failure of a built-in generator.
    ///
    /// - Parameter reason: The explanation, only for the log.
    package static func permanent(reason: String) -> GeneratorError {
        .permanent(StepFailure(.generate, .unable), explanation: reason)
    }

    /// The step that failed, and how.
    package var failure: StepFailure {
        switch self {
        case .tryAgain(let failure), .unusableValue(let failure), .permanent(let failure, _): failure
        }
    }

    /// Whether the step is repeated.
    package var isTransient: Bool { if case .tryAgain = self { true } else { false } }

    /// The error with its step, which a built-in generator does not name.
    package func during(_ step: GeneratorStep) -> GeneratorError {
        var failure = failure
        failure.step = StepFailure.Step(step)
        return switch self {
        case .tryAgain: .tryAgain(failure)
        case .unusableValue: .unusableValue(failure)
        case .permanent(_, let explanation): .permanent(failure, explanation: explanation)
        }
    }
}
