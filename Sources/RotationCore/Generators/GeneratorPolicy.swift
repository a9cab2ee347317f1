/// The valid parameters of one generator type, and what they say about its values.
package protocol GeneratorPolicy: Hashable, Sendable {
    /// The generator's type, as in `type:`.
    static var type: String { get }
    /// The parameters beside `type` in canonical JSON. Empty parameters are absent, so that the policy's hash does not
    /// change with the program.
    var parameters: [String: JSONValue] { get }
    /// The entropy of a value in bits; nil if it is not known.
    var entropy: Double? { get }
    /// The generator's steps besides `generate`.
    var steps: Set<GeneratorStep> { get }
    /// Whether values come from an external source: a change of the source triggers a rotation, not a schedule.
    var isWatched: Bool { get }
    /// The files that it reads, which other tools write.
    var filePaths: [String] { get }
    /// The file that it writes a public key to.
    var publicFile: String? { get }
    /// Paths among its parameters; none of them may be a token, a key or a database of the daemon.
    var usedPaths: [String] { get }
    /// The plug-in that is run; nil for a built-in generator.
    var plugIn: PlugInCall? { get }
}

/// The plug-in that a policy runs.
package struct PlugInCall: Hashable, Sendable {
    /// The name of a file in the generators directory.
    package let command: String
    /// The time-out of a step.
    package let timeout: Duration
    /// The parameters, on which the answer to `check` depends.
    @Exact package private(set) var parameters: [String: JSONValue]

    package init(command: String, timeout: Duration, parameters: [String: JSONValue]) {
        (self.command, self.timeout) = (command, timeout)
        self.parameters = parameters
    }
}

/// Defaults: most generators draw their values and change no other system.
extension GeneratorPolicy {
    package var steps: Set<GeneratorStep> { [] }
    package var isWatched: Bool { false }
    package var filePaths: [String] { [] }
    package var publicFile: String? { nil }
    package var usedPaths: [String] { [publicFile].compactMap { $0 } + filePaths }
    package var plugIn: PlugInCall? { nil }
}

/// The registry of generator types.
package protocol GeneratorRegistry: Sendable {
    /// Decodes ``GeneratorSpecification/json``; nil if no generator type accepts it.
    func specification(json: String) -> GeneratorSpecification?

    /// The known types, in the order of the documentation.
    var types: [String] { get }

    /// The parameters of a type in reading order; empty for an unknown type.
    func parameters(of type: String) -> [GeneratorParameter]

    /// The specification of a type without parameters.
    func standard(_ type: String) throws(InvalidGenerator) -> GeneratorSpecification

    /// The specification of a type with parameters.
    ///
    /// - Parameter given: The parameters that a file gives, each as its ``GeneratorParameter/Form`` has it; the others have
    ///   their defaults.
    func specification(
        _ type: String,
        _ given: [String: JSONValue]
    ) throws(InvalidGenerator) -> GeneratorSpecification
}

/// Why a generator's parameters are invalid, as a text.
package struct InvalidGenerator: Error, Equatable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }
}
