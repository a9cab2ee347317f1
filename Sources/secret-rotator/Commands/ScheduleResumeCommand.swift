import ArgumentParser
import ControlAPI
import RotationConfiguration
import RotationDaemon
import RotationStore
import Scheduling

struct ScheduleResumeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume",
        abstract: "End a pause; slots that passed during it are skipped.",
        discussion: "Example: secret-rotator schedule resume production/db_password"
    )

    @OptionGroup var global: GlobalOptions
    @Argument(help: "The secrets.", completion: .secret) var secrets: [String]

    func run() async throws {
        try await reportingFailures {
            let configuration = try global.load()
            let names = try configuration.secrets(secrets)
            for schedule in try await Control.perform(ResumeSchedules(secrets: names), configuration).answer {
                printText(
                    "\(schedule.secret): resumed, next rotation \(schedule.nextDue.map { "at \($0.short)" } ?? "on change")"
                )
            }
        }
    }
}
