import ArgumentParser
import Glibc
import RotationCore
import RotationDaemon
import ValueGenerators

/// What the daemon starts in the place of a plug-in: it starts the plug-in confined, and ends as that does.
struct LaunchPlugInCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "launch-plug-in",
        abstract: "Run a plug-in, confined; the daemon's own use.",
        discussion: "Example: secret-rotator launch-plug-in /etc/secret-rotator/generators postgresql",
        shouldDisplay: false
    )

    @Option(help: "Whose process it is to be: UID:GID:GROUP,GROUP.") var user: PlugInUser?
    @Option(help: "The file to lock while it runs.") var lock: String?
    @Argument(help: "The folder of the plug-ins.") var folder: String
    @Argument(help: "The plug-in.") var name: String
    @Argument(help: "What it may not read or change.") var protected: [String] = []

    func run() throws {
        let order = LaunchOrder(folder: folder, name: name, protected: protected, user: user, lock: lock)
        let status: Int32
        do throws(PlugInLauncher.Refusal) { status = try PlugInLauncher.run(order) } catch {
            standardError("\(error.text)\n")
            print("{\"reason\":\"\(error.reason)\"}")
            try flushOutput()
            throw ExitCode(PlugInLauncher.refused)
        }
        // Ended by a signal, it looks to the daemon as if that had been sent to this process.
        let number = status & 0x7F
        if number != 0 {
            signal(number, SIG_DFL)
            kill(getpid(), number)
        }
        throw ExitCode(number != 0 ? 128 + number : status >> 8 & 0xFF)
    }
}

extension PlugInUser: ExpressibleByArgument {}
