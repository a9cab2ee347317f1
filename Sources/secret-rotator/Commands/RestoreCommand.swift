import ArgumentParser
import ControlAPI
import RotationConfiguration
import RotationDaemon

struct RestoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Go on with a history that is not the newest one.",
        discussion: """
            A database that was restored from an older copy, or made anew, does not know what was rotated since: nothing \
            is rotated by it, as an old value could be put over a newer one. Put the newest copy back if there is one. \
            Else look at what the hub lists, end rotations that are open here and must not go on (rotation list --open), \
            and go on by --accept.

            Example: secret-rotator restore --accept --reason 'disk lost, backup of last night'
            """
    )

    @OptionGroup var global: GlobalOptions
    @Flag(help: "Rotate by this history from now on.") var accept = false
    @Option(help: "Why, for the history.") var reason: String

    func validate() throws {
        guard accept else { throw ValidationError("give --accept, which says that this history is meant") }
    }

    func run() async throws {
        try await reportingFailures {
            let configuration = try global.load()
            let (answer, isDaemonRunning) = try await Control.perform(AcceptRestore(reason: reason), configuration)
            printText("accepted: \(answer.held)")
            if !isDaemonRunning { printError("no daemon runs: what is due is rotated once one is started\n") }
        }
    }
}
