import ArgumentParser
import Glibc
import RotationCore
import RotationDaemon
import ValueGenerators

/// The launcher that the daemon starts instead of a plug-in: it runs the plug-in confined, and ends with the same
/// status.
struct LaunchPlugInCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "launch-plug-in",
        abstract: "Run a plug-in, confined; for the daemon only.",
        discussion: "Example: secret-rotator launch-plug-in /etc/secret-rotator/generators postgresql",
        shouldDisplay: false
    )

    @Option(help: "The user and groups to run as: UID:GID:GROUP,GROUP.") var user: PlugInUser?
    @Option(help: "The file to lock while the plug-in runs.") var lock: String?
    @Argument(help: "The folder of the plug-ins.") var folder: String
    @Argument(help: "The plug-in's name.") var name: String
    @Argument(help: "Paths that the plug-in may not read or change.") var protected: [String] = []

    func run() throws {
        let order = LaunchOrder(folder: folder, name: name, protected: protected, user: user, lock: lock)
        let status: Int32
        do throws(PlugInLauncher.Refusal) { status = try PlugInLauncher.run(order) } catch {
            standardError("\(error.text)\n")
            print("{\"reason\":\"\(error.reason)\"}")
            try flushOutput()
            throw ExitCode(PlugInLauncher.refused)
        }
        // Where a signal ended the plug-in, the same signal ends this process, so that the daemon sees it.
        let number = status & 0x7F
        if number != 0 {
            signal(number, SIG_DFL)
            kill(getpid(), number)
        }
        throw ExitCode(number != 0 ? 128 + number : status >> 8 & 0xFF)
    }
}

extension PlugInUser: ExpressibleByArgument {}
