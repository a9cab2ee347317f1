import ArgumentParser
import ControlAPI
import RotationConfiguration
import RotationDaemon
import Scheduling

struct HubResumeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume",
        abstract: "End a hub's pause or suspension now.",
        discussion: """
            At first only one request is sent. If the hub refuses it, the hub is paused or suspended again, for longer \
            than before.

            Example: secret-rotator hub resume production --reason 'the limit was raised'
            """
    )

    @OptionGroup var global: GlobalOptions
    @Argument(help: "The hub.", completion: .hub) var hub: String
    @Option(help: "The reason, for the audit log.") var reason: String

    func run() async throws {
        try await reportingFailures {
            let configuration = try global.load()
            guard configuration.hubs[hub] != nil else {
                let known = configuration.hubs.keys.sorted().joined(separator: ", ")
                let message = "there is no hub \"\(hub)\" in \(configuration.path): it has \(known)"
                throw ControlFailure(status: .noSuchSecret, message: message)
            }
            let operation = ResumeHub(hub: hub, reason: reason)
            let (answer, isDaemonRunning) = try await Control.perform(operation, configuration)
            switch answer {
            case .nothing: printText("\(hub): neither paused nor suspended: nothing was changed")
            case .pause(let until): printText("\(hub): resumed, it was paused until \(until.short)")
            case .suspension: printText("\(hub): resumed, it was suspended")
            }
            if answer != .nothing, !isDaemonRunning {
                printError("no daemon runs: requests are sent once it is started\n")
            }
        }
    }
}
