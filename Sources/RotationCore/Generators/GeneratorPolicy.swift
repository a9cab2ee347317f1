/// The parameters of one kind of generator, which are sound: what can be known of its values without making one.
package protocol GeneratorPolicy: Hashable, Sendable {
    /// The kind of generator, as `type:` has it.
    static var type: String { get }
    /// What stands beside `type` in canonical JSON; what says nothing is absent, as the policy's hash must not change with
    /// the program.
    var parameters: [String: JSONValue] { get }
    /// How hard a value is to guess, in bits; nil where the program can't know.
    var entropy: Double? { get }
    /// The steps, beyond making a value, that its generator takes part in.
    var steps: Set<GeneratorStep> { get }
    /// Whether values come from an external source: a change of the source triggers a rotation, not a schedule.
    var isWatched: Bool { get }
    /// The files that it reads, which other tools write.
    var filePaths: [String] { get }
    /// The file that it writes the public half of a key to.
    var publicFile: String? { get }
    /// Paths among its parameters; none of them may be a token, a key or a database of the daemon.
    var usedPaths: [String] { get }
    /// The plug-in that is run; nil for a built-in generator.
    var plugIn: PlugInCall? { get }
}

/// Which plug-in a policy runs, and for how long a step may take.
package struct PlugInCall: Hashable, Sendable {
    /// The name of a file in the generators directory.
    package let command: String
    /// How long a step may take.
    package let timeout: Duration
    /// What its answer to `check` depends on, beside the command.
    @Exact package private(set) var parameters: [String: JSONValue]

    package init(command: String, timeout: Duration, parameters: [String: JSONValue]) {
        (self.command, self.timeout) = (command, timeout)
        self.parameters = parameters
    }
}

/// Most generators draw their values, and change nothing.
extension GeneratorPolicy {
    package var steps: Set<GeneratorStep> { [] }
    package var isWatched: Bool { false }
    package var filePaths: [String] { [] }
    package var publicFile: String? { nil }
    package var usedPaths: [String] { [publicFile].compactMap { $0 } + filePaths }
    package var plugIn: PlugInCall? { nil }
}

/// The kinds of generators that there are.
package protocol GeneratorRegistry: Sendable {
    /// Reads what ``GeneratorSpecification/json`` says; nil for what no kind of generator takes.
    func specification(json: String) -> GeneratorSpecification?

    /// The types that there are, in the order of the documentation.
    var types: [String] { get }

    /// The parameters of a type, in the order in which they are read; none of a type that there is not.
    func parameters(of type: String) -> [GeneratorParameter]

    /// What can be had where nothing but a type is given.
    func standard(_ type: String) throws(InvalidGenerator) -> GeneratorSpecification

    /// A generator of a type.
    ///
    /// - Parameter given: The parameters that a file gives, each as its ``GeneratorParameter/Form`` has it; the others have
    ///   their defaults.
    func specification(
        _ type: String,
        _ given: [String: JSONValue]
    ) throws(InvalidGenerator) -> GeneratorSpecification
}

/// Why a generator can't be configured so, in words.
package struct InvalidGenerator: Error, Equatable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }
}
