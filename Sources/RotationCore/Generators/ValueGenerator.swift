package import SecretMemory

/// Makes candidates, and where it can, installs, tests and withdraws them in the system that the secret opens.
///
/// Each step is idempotent for a rotation's ID: after a crash it is asked for again.
package protocol ValueGenerator: Sendable {
    /// The steps, beyond making a value, that this generator takes part in.
    var steps: Set<GeneratorStep> { get }

    /// Tests its parameters, without any effect.
    func check() async throws(GeneratorError)

    /// Makes a value.
    func generate(_ context: GeneratorContext) async throws(GeneratorError) -> GeneratedValue

    /// Performs one of ``steps`` with a value that was made before.
    func perform(
        _ step: GeneratorStep,
        _ made: GeneratedValue,
        _ context: GeneratorContext
    ) async throws(GeneratorError)
}

extension ValueGenerator {
    /// Most generators have been tested when their specification was read.
    package func check() async throws(GeneratorError) {}
}

/// What a generator can do with a value that it has made.
package enum GeneratorStep: String, Hashable, Sendable, Codable, CaseIterable {
    /// Make the value valid in the system that the secret opens.
    case install
    /// Log in with it.
    case test
    /// Retire the old credential, after the hub has the new one.
    case finish
    /// Put the old credential back, when the hub certainly does not have the new one.
    case withdraw
}

/// For whom a value is made.
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

/// A value, and what its generator wants to remember about it until the rotation has ended.
package struct GeneratedValue: Sendable {
    package var value: SecretValue
    /// JSON of the generator's own; sealed together with the value.
    package var state: LockedBytes?

    package init(value: SecretValue, state: LockedBytes? = nil) {
        self.value = value
        self.state = state
    }

    /// How many bytes value and state have.
    package var size: Int { value.withUTF8 { $0.count } + (state?.count ?? 0) }
}

/// Why a generator's step did not succeed, by what follows from it.
package enum GeneratorError: Error, Hashable, Sendable {
    /// Not now: the step is to be repeated.
    case tryAgain(StepFailure)
    /// This value will never do: withdraw it and make another.
    case unusableValue(StepFailure)
    /// It can't work until somebody changes something; the explanation is for the log alone.
    case permanent(StepFailure, explanation: String?)

    /// A built-in generator can't work.
    ///
    /// - Parameter reason: The explanation, for the log alone.
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

    /// The error as one of a step: a built-in generator does not name it.
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
