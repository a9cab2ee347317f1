package import SecretMemory

/// Makes candidates, and where it can, installs, tests and withdraws them in the system that the secret opens.
///
/// Each step is idempotent for a rotation's ID: after a crash it is asked for again.
package protocol ValueGenerator: Sendable {
    /// The steps, beyond making a value, that this generator takes part in.
    var steps: Set<GeneratorStep> { get }

    /// Makes a value.
    func generate(_ context: GeneratorContext) async throws(GeneratorError) -> GeneratedValue

    /// Performs one of ``steps`` with a value that was made before.
    func perform(
        _ step: GeneratorStep,
        _ made: GeneratedValue,
        _ context: GeneratorContext
    ) async throws(GeneratorError)
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
}

/// Why a generator's step did not succeed.
package enum GeneratorError: Error, Hashable, Sendable {
    /// Not now: the step is to be repeated.
    case tryAgain
    /// This value will never do: withdraw it and make another.
    case unusableValue
    /// It can't work until somebody changes something.
    case permanent(reason: String)
}
