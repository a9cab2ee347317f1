import ArgumentParser
import ControlAPI
import RotationDaemon
import RotationEngine
import RotationStore
import Scheduling
import Yams

struct ScheduleAddCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Have secrets rotate from now on; the first time after one full period.",
        discussion: """
            Examples:
              secret-rotator schedule add production/db_password --every 30d
              secret-rotator schedule add api_key --every 12h --generator token
              secret-rotator schedule add pin --every 1w \\
                --generator '{type: password, length: 12, classes: {digit: 12}}'
            """
    )

    @OptionGroup var global: GlobalOptions
    @Argument(help: "The secrets: alias, or hub/alias where there are several hubs.") var secrets: [String]
    @Option(help: "The period, such as 12h, 30d or 2w.") var every: String
    @Option(help: "password, token or uuid, or a YAML flow map with type and more.") var generator = "password"
    @Option(help: "Scheduled rotations begin no closer than this; 1m if absent.") var minInterval: String?
    @Option(help: "Send with each rotation: all, none, or a list such as [billing].") var allowedWorkspaces: String?
    @Option(help: "Send with each rotation.") var description: String?
    @Option(help: "How long the old credential stays after success; 0s if absent.") var finishAfter: String?
    @Option(help: "Who answers for the secret.") var owner: String?
    @Option(help: "The rule that asks for the rotation.") var policy: String?

    func run() async throws {
        try await reportingFailures {
            let definition = try definition()
            let configuration = try global.load()
            let operation = AddSchedules(secrets: try configuration.secrets(secrets), definition: definition)
            for added in try await Control.perform(operation, configuration).answer {
                print("\(added.secret): every \(every), first rotation at \(added.nextDue.short)")
            }
        }
    }

    /// Reads the options as the entry of a schedules file that they are.
    private func definition() throws -> ScheduleDefinition {
        let diagnostics = Diagnostics(source: "options")
        var pairs: [(Node, Node)] = [
            ("every", Node(every)), ("generator", try GeneratorOption.node(generator, option: "--generator")),
        ]
        let texts = [
            ("min_interval", minInterval), ("description", description), ("finish_after", finishAfter),
            ("owner", owner), ("policy", policy),
        ]
        pairs += texts.compactMap { key, value in value.map { (Node(key), Node($0, .implicit, .doubleQuoted)) } }
        if let allowedWorkspaces {
            pairs.append(
                ("allowed_workspaces", try GeneratorOption.node(allowedWorkspaces, option: "--allowed-workspaces"))
            )
        }
        var entry = MappingReader(Node(pairs), name: "options", diagnostics)
        let definition = ScheduleReader.definition(&entry)
        entry.finish()
        guard diagnostics.issues.isEmpty, let definition else {
            let messages = diagnostics.issues.map { "--\($0.message.replacing("_", with: "-"))" }
            throw ControlFailure(status: .usage, message: messages.joined(separator: "\nerror: "))
        }
        return definition
    }
}
