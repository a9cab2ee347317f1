import ArgumentParser
import RotationConfiguration
import RotationDaemon
import RotationStore

struct ScheduleExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write all schedules as a file that `schedule apply` accepts.",
        discussion: """
            Applying an exported file changes nothing. Pauses and the progress of schedules are not exported.

            Example: secret-rotator schedule export > schedules.yaml
            """
    )

    @OptionGroup var global: GlobalOptions

    func run() async throws {
        try await reportingFailures {
            let history = try Database.read(try global.load())
            defer { history.close() }
            let schedules = try history.schedules { printError("warning: \($0)\n") }
            print(try SchedulesFile.text(of: schedules), terminator: "")
        }
    }
}
