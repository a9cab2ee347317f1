package import RotationCore

/// The policy of a `command` generator: the plug-in and its parameters.
package struct CommandPolicy: Hashable, Sendable {
    /// The name of a file in the generators directory.
    package let command: String
    /// The parameters, which are passed to the plug-in with each step.
    @Exact package private(set) var arguments: [String: JSONValue]
    /// The names of environment variables that are passed to the plug-in.
    package let environment: [String]
    /// The time-out of a step.
    package let timeout: Duration

    /// The allowed range of ``timeout``.
    package static let timeouts: ClosedRange<Duration> = .seconds(1)...(.seconds(3600))

    /// - Throws: ``InvalidPolicy`` if the command is not a plain file name, or a name is not valid for an environment
    ///   variable.
    package init(
        command: String,
        parameters: [String: JSONValue] = [:],
        environment: [String] = [],
        timeout: Duration = .seconds(60)
    ) throws(InvalidPolicy) {
        let isName = { (text: String) in
            (1...255).contains(text.utf8.count) && !text.hasPrefix(".") && !text.hasPrefix("-")
                && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "/") }
        }
        guard isName(command) else { throw .command(command) }
        if let bad = environment.first(where: { !Self.isPassable(variable: $0) }) {
            throw Self.isReserved(bad) ? .reservedVariable(bad) : .variable(bad)
        }
        guard Self.timeouts.contains(timeout) else { throw .timeout }
        self.command = command
        arguments = parameters
        self.environment = environment
        self.timeout = timeout
    }

    /// Whether a text is the name of an environment variable that a plug-in may ask for.
    static func isPassable(variable name: String) -> Bool {
        !name.isEmpty && name.first?.isNumber == false && !isReserved(name)
            && name.utf8.allSatisfy {
                $0 == UInt8(ascii: "_") || UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0
                    || UInt8(ascii: "A")...UInt8(ascii: "Z") ~= $0 || UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0
            }
    }

    /// Variables that each plug-in gets, that control the dynamic linker, or that name the folder of the daemon's
    /// credentials.
    private static func isReserved(_ name: String) -> Bool {
        ["PATH", "TMPDIR", "GENERATORS_DIRECTORY", "CREDENTIALS_DIRECTORY"].contains(name) || name.hasPrefix("LD_")
    }
}

extension CommandPolicy: BuiltInPolicy {
    package static let type = "command"
    package static let fileParameters = [
        GeneratorParameter("command", .text, example: "command: postgresql"),
        GeneratorParameter("parameters", .fields(example: "{role: billing}"), standard: .object([:])),
        GeneratorParameter("environment", .texts, standard: .array([])),
        GeneratorParameter("timeout", .duration(timeouts), standard: .string(SecondsText.format(.seconds(60)))),
    ]
    package static func standard() throws(InvalidPolicy) -> CommandPolicy { throw .command("") }

    package init(_ parameters: PolicyParameters) throws(InvalidPolicy) {
        try self.init(
            command: parameters.text("command"),
            parameters: parameters.object("parameters"),
            environment: parameters.texts("environment"),
            timeout: parameters.duration("timeout")
        )
    }

    package var entropy: Double? { nil }
    package var steps: Set<GeneratorStep> { Set(GeneratorStep.allCases) }
    package var usedPaths: [String] { arguments.values.flatMap(Self.texts).filter { $0.hasPrefix("/") } }
    package var plugIn: PlugInCall? { PlugInCall(command: command, timeout: timeout, parameters: arguments) }

    package var parameters: [String: JSONValue] {
        [
            "command": .string(command), "parameters": .object(arguments),
            "environment": .array(environment.map(JSONValue.string)), "timeout": .string(SecondsText.format(timeout)),
        ]
    }

    package func makeGenerator(_ host: GeneratorHost) -> any ValueGenerator {
        CommandGenerator(policy: self, host: host.plugIns)
    }

    private static func texts(_ value: JSONValue) -> [String] {
        switch value {
        case .string(let text): [text]
        case .array(let values): values.flatMap(texts)
        case .object(let fields): fields.values.flatMap(texts)
        case .null, .bool, .integer, .number: []
        }
    }
}
