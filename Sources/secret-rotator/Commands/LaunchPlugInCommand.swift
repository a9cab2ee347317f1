import ArgumentParser
import RotationDaemon
import ValueGenerators

/// What the daemon starts in the place of a plug-in: it confines itself, and becomes the plug-in.
struct LaunchPlugInCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "launch-plug-in",
        abstract: "Become a plug-in, confined; the daemon's own use.",
        discussion: "Example: secret-rotator launch-plug-in /etc/secret-rotator/generators postgresql",
        shouldDisplay: false
    )

    @Argument(help: "The folder of the plug-ins.") var folder: String
    @Argument(help: "The plug-in.") var name: String
    @Argument(help: "What it may not read or change.") var protected: [String] = []

    func run() throws {
        let refusal = PlugInLauncher.become(name, in: folder, protecting: protected)
        standardError("\(refusal.text)\n")
        print("{\"reason\":\"\(refusal.reason)\"}")
        try flushOutput()
        throw ExitCode(PlugInLauncher.refused)
    }
}
