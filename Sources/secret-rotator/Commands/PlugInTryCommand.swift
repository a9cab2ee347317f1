import ArgumentParser
import ControlAPI
import Glibc
import RotationConfiguration
import RotationCore
import RotationDaemon
import Scheduling
import ValueGenerators
import Yams

struct PlugInTryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "try",
        abstract: "Run a plug-in's steps on a scratch rotation, and show what the daemon would do.",
        discussion: """
            Without --all and --withdraw only check and generate run. With either option the plug-in changes the \
            account that its parameters name, the hub receives nothing, and after --all the new credential is lost: \
            name a scratch account. If a step fails after install, withdraw runs. Run this command as the daemon's \
            user (runuser -u secret-rotator -- …); root needs generators.user.

            A plug-in that the daemon starts itself is here outside the daemon's unit: the unit's ReadWritePaths=, \
            ProtectHome= and RestrictAddressFamilies= do not hold. With generators.sockets it runs in its own unit.

            Examples:
              secret-rotator plug-in try postgresql --parameters '{role: scratch, admin: rotator, host: localhost}'
              secret-rotator plug-in try postgresql --parameters '{role: scratch, admin: rotator}' --withdraw --twice
            """
    )

    @OptionGroup var global: GlobalOptions
    @OptionGroup var listing: ListingOptions
    @Argument(help: "The plug-in's name in generators.directory.") var name: String
    @Option(help: "Its parameters, as a YAML flow map.") var parameters = "{}"
    @Option(help: "Environment variables to pass to the plug-in, as a list such as [PGHOST].") var environment = "[]"
    @Option(help: "The time-out of a step.") var timeout = "60s"
    @Flag(help: "Run the steps of a rotation that succeeds: check, generate, install, test, finish.") var all = false
    @Flag(help: "Run the steps of a rotation that the hub refuses: check, generate, install, test, withdraw.")
    var withdraw = false
    @Option(help: "Stop after this step, and undo nothing; a step after generate needs --all or --withdraw.")
    var stopAfter: StepFailure.Step?
    @Flag(help: "Run each step twice, as after a crash.") var twice = false

    func validate() throws {
        if all && withdraw { throw ValidationError("give --all or --withdraw") }
        if let stopAfter, !steps.contains(stopAfter) {
            throw ValidationError("--stop-after: \(stopAfter.rawValue) is not among \(words(steps))")
        }
    }

    private var steps: [StepFailure.Step] {
        [.check, .generate] + (all || withdraw ? [.install, .test, all ? .finish : .withdraw] : [])
    }

    func run() async throws {
        try await reportingFailures {
            let configuration = try global.load()
            let specification = try specification()
            try configuration.refuse(specification)
            if let folder = configuration.generatorsSockets {
                try Self.checkSocket(PlugInUnits(folder: folder).socket(of: name))
            } else {
                try Self.checkFile(name, configuration.generatorsDirectory)
            }
            let planned = Array(steps.prefix(through: stopAfter))
            if planned.contains(.install) {
                printError(
                    "warning: \(name) changes the account that its parameters name; no hub receives the new value, and "
                        + "only the plug-in's withdraw puts the old credential back\n"
                )
            }
            var trial = PlugInTrial(specification, configuration, twice: twice, isJSON: listing.json)
            guard try await trial.run(planned) else { throw ExitCode.failure }
        }
    }

    private func specification() throws -> GeneratorSpecification {
        let text = { (text: String) in Node(text, .implicit, .doubleQuoted) }
        return try YAMLOption.generator(
            Node([
                (Node("type"), text("command")), (Node("command"), text(name)),
                (Node("parameters"), try YAMLOption.node(parameters, "--parameters")),
                (Node("environment"), try YAMLOption.node(environment, "--environment")),
                (Node("timeout"), text(timeout)),
            ]),
            "plug-in"
        )
    }

    private static func checkSocket(_ path: String) throws {
        guard access(path, F_OK) == 0 else {
            throw ControlFailure(status: .noSuchSecret, message: "there is no plug-in at \(path)")
        }
    }

    private static func checkFile(_ name: String, _ folder: String) throws {
        do throws(PlugInFile.Failure) {
            _ = try PlugInFile(name, in: folder)
        } catch {
            if case .system(_, ENOENT) = error {
                throw ControlFailure(status: .noSuchSecret, message: "there is no plug-in \(name) in \(folder)")
            }
            throw ControlFailure(status: .notPermitted, message: "\(error)")
        }
    }
}

extension StepFailure.Step: ExpressibleByArgument {}

private func words(_ steps: [StepFailure.Step]) -> String {
    steps.map(\.rawValue).joined(separator: ", ")
}

extension [StepFailure.Step] {
    /// The steps up to and including a step; all for nil.
    fileprivate func prefix(through last: StepFailure.Step?) -> ArraySlice<StepFailure.Step> {
        last.flatMap(firstIndex).map { self[...$0] } ?? self[...]
    }
}
