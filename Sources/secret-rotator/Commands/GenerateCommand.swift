import ArgumentParser
import ControlAPI
import Glibc
import RotationDaemon
import RotationEngine
import RotationStore
import Scheduling
import SecretMemory
import ValueGenerators
import Yams

struct GenerateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generate",
        abstract: "Try a generator: say how strong its values are, and show one only if asked to.",
        discussion: """
            The value goes nowhere but to standard output, and only with --reveal.

            Examples:
              secret-rotator generate --type '{type: password, length: 12, classes: {digit: 12}}'
              secret-rotator generate --schedule production/db_password
              secret-rotator generate --type token --reveal
            """
    )

    @OptionGroup var global: GlobalOptions
    @Option(help: "The secret whose schedule has the generator.") var schedule: String?
    @Option(help: "password, token or uuid, or a YAML flow map with type and more; needs no configuration.")
    var type: String?
    @Flag(help: "Write a value to standard output.") var reveal = false

    func validate() throws {
        guard (schedule == nil) != (type == nil) else { throw ValidationError("give --schedule or --type") }
    }

    func run() async throws {
        try await reportingFailures {
            let specification = try specification()
            let entropy = Int(specification.entropy)
            standardError("\(specification.type): \(entropy) bits of entropy\(Self.verdict(entropy))\n")
            guard reveal else { return }
            let generator = specification.makeGenerator(random: SystemRandom()) { SystemClock().now.rawValue }
            let context = GeneratorContext(hub: "", alias: "", rotation: "")
            let made = try await generator.generate(context)
            // Straight from locked memory: `print` would leave a copy.
            made.value.withUTF8 { _ = write(STDOUT_FILENO, $0.baseAddress, $0.count) }
            print("")
        }
    }

    private static func verdict(_ entropy: Int) -> String {
        switch entropy {
        case ..<40: "; below 40 it can be guessed"
        case ..<80: "; 80 or more are recommended"
        default: ""
        }
    }

    private func specification() throws -> GeneratorSpecification {
        if let type { return try GeneratorOption.read(type, option: "--type") }
        let configuration = try global.load()
        let name = try configuration.secret(schedule ?? "")
        let history = try Database.read(configuration)
        defer { history.close() }
        guard let schedule = try history.schedule(of: name) else { throw Ledger.Refusal.noSchedule(name) }
        return schedule.definition.generator
    }
}

/// A generator as an option gives it.
enum GeneratorOption {
    /// Reads a word, or a YAML flow map.
    static func read(_ text: String, option: String) throws -> GeneratorSpecification {
        let diagnostics = Diagnostics(source: option)
        let root = Node([(Node("generator"), try node(text, option: option))])
        var entry = MappingReader(root, name: option, diagnostics)
        let specification = entry.value("generator").flatMap { ScheduleReader.generator($0, &entry) }
        guard diagnostics.issues.isEmpty, let specification else {
            let messages = diagnostics.issues.map { "\(option): \($0.message)" }
            throw ControlFailure(status: .usage, message: messages.joined(separator: "\nerror: "))
        }
        return specification
    }

    /// Reads a word, or a YAML flow map or list, as a tree.
    static func node(_ text: String, option: String) throws -> Node {
        do {
            return try YAMLText.compose(text, source: option)
        } catch {
            // A line and a column are of no use where the text is one word of the command line.
            let messages = error.issues.map { "\($0.source): \($0.message)" }
            throw ControlFailure(status: .usage, message: messages.joined(separator: "\nerror: "))
        }
    }
}
