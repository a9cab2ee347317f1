import ArgumentParser
import ControlAPI
import RotationConfiguration
import RotationDaemon

struct RestoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Accept a restored history, so that rotations continue with it.",
        discussion: """
            A database that was restored from an older copy, or created again, does not contain the rotations since \
            then. The daemon rotates nothing with it, because an old value could replace a newer one. If there is a \
            newer copy, put it back. Otherwise compare with what the hub lists, end the open rotations that must not \
            continue (rotation list --open), and give --accept.

            Example: secret-rotator restore --accept --reason 'disk lost, backup of last night'
            """
    )

    @OptionGroup var global: GlobalOptions
    @Flag(help: "Rotate with this history from now on.") var accept = false
    @Option(help: "The reason, for the audit log.") var reason: String

    func validate() throws {
        guard accept else { throw ValidationError("give --accept to confirm that this history is the right one") }
    }

    func run() async throws {
        try await reportingFailures {
            let configuration = try global.load()
            let (answer, isDaemonRunning) = try await Control.perform(AcceptRestore(reason: reason), configuration)
            printText("accepted: \(answer.held)")
            if !isDaemonRunning { printError("no daemon runs: due secrets are rotated once it is started\n") }
        }
    }
}
