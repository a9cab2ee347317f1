import ArgumentParser
import ControlAPI
import RotationConfiguration
import RotationDaemon
import RotationStore

struct ScheduleRemoveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "Remove schedules; the secrets, their values and their history stay.",
        discussion: "Example: secret-rotator schedule remove production/db_password"
    )

    @OptionGroup var global: GlobalOptions
    @Argument(help: "The secrets.", completion: .secret) var secrets: [String]

    func run() async throws {
        try await reportingFailures {
            let configuration = try global.load()
            let names = try configuration.secrets(secrets, mayLackHub: true)
            let open = try await Control.perform(RemoveSchedules(secrets: names), configuration).answer
            for name in names { printText("\(name): removed") }
            for rotation in open { printError("rotation \(rotation) is open and continues\n") }
        }
    }
}
