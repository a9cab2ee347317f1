import ArgumentParser
import ControlAPI
import Glibc
import RotationConfiguration
import RotationCore
import RotationDaemon
import RotationStore
import Scheduling
import SecretMemory
import ValueGenerators

struct GenerateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generate",
        abstract: "Try a generator: show how strong its values are, and a value only with --reveal.",
        discussion: """
            With --reveal a value is written to standard output, and nowhere else.

            Examples:
              secret-rotator generate --type '{type: password, length: 12, classes: {digit: 12}}'
              secret-rotator generate --schedule production/db_password
              secret-rotator generate --type token --reveal
            """
    )

    @OptionGroup var global: GlobalOptions
    @Option(help: "The secret whose schedule has the generator.", completion: .secret) var schedule: String?
    @Option(
        help: """
            \(BuiltInGenerators.plainTypes.joined(separator: ", ")), or a YAML flow map with type and more; \
            needs no configuration.
            """,
        completion: .list(BuiltInGenerators.plainTypes)
    )
    var type: String?
    @Flag(help: "Write a value to standard output.") var reveal = false

    func validate() throws {
        guard (schedule == nil) != (type == nil) else { throw ValidationError("give --schedule or --type") }
    }

    func run() async throws {
        try await reportingFailures {
            let specification = try specification()
            var isTooWeak = false
            if let entropy = specification.entropy.map({ Int($0) }) {
                printError("\(specification.type): \(entropy) bits of entropy\(Self.verdict(entropy))\n")
                isTooWeak = entropy < 40
            } else {
                let who = specification.isWatched ? "the tool that writes the file" : "the plug-in"
                printError("\(specification.type): only \(who) knows how strong its values are\n")
            }
            guard reveal else {
                if isTooWeak { throw ExitCode.failure }
                return
            }
            guard specification.entropy != nil else {
                // Even the first step of a plug-in may change something.
                let what = specification.isWatched ? "reads such a file" : "runs a plug-in"
                throw ControlFailure(status: .usage, message: "only the daemon \(what)")
            }
            let generator = specification.makeGenerator(random: SystemRandom()) { SystemClock().now.rawValue }
            let context = GeneratorContext(hub: "", alias: "", rotation: "")
            let made = try await generator.generate(context)
            // Written directly from locked memory: `print` would leave a copy.
            made.value.withUTF8 { _ = write(STDOUT_FILENO, $0.baseAddress, $0.count) }
            print("")
            if isTooWeak { throw ExitCode.failure }
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
        if let type { return try YAMLOption.generator(type, "--type") }
        let configuration = try global.load()
        let name = try configuration.secret(schedule ?? "")
        let history = try Database.read(configuration)
        defer { history.close() }
        guard let schedule = try history.schedule(of: name) else { throw Ledger.Refusal.noSchedule(name) }
        return schedule.definition.generator
    }
}
