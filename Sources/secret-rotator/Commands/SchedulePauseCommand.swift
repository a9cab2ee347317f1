import ArgumentParser
import ControlAPI
import RotationConfiguration
import RotationCore
import RotationDaemon
import RotationStore
import Scheduling

struct SchedulePauseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause",
        abstract: "Pause schedules: their slots are skipped; rotate-now still works.",
        discussion:
            "Example: secret-rotator schedule pause db_password --reason 'change freeze' --until 2027-01-04T06:00:00Z"
    )

    @OptionGroup var global: GlobalOptions
    @Argument(help: "The secrets.", completion: .secret) var secrets: [String]
    @Option(help: "When the pause ends: an instant in RFC 3339; if absent, schedule resume ends it.") var until: String?
    @Option(help: "The reason, for the audit log.") var reason: String?

    func run() async throws {
        try await reportingFailures {
            let now = SystemClock().now
            let until = try until.map { text -> Instant in
                guard let instant = Instant(rfc3339: text), instant > now else {
                    let example = now.advanced(by: .seconds(86_400)).rfc3339
                    throw ControlFailure(status: .usage, message: "--until: give a later instant, such as \(example)")
                }
                return instant
            }
            let configuration = try global.load()
            let names = try configuration.secrets(secrets)
            let operation = PauseSchedules(secrets: names, until: until, reason: reason)
            let open = try await Control.perform(operation, configuration).answer
            for name in names { printText("\(name): paused" + (until.map { " until \($0.short)" } ?? "")) }
            for rotation in open { printError("rotation \(rotation) is open and continues\n") }
        }
    }
}
