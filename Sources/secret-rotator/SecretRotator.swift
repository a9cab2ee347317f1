import ArgumentParser
import Dispatch
import Glibc
import RotationDaemon

/// The executable `secret-rotator`.
struct SecretRotator: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "secret-rotator",
        abstract: "Rotates the secrets that an organization keeps in Instabase AI Hub.",
        discussion: """
            Exit status: 0 done; 1 failed, or a problem found; 64 usage; 66 no such secret; 69 daemon or hub \
            unavailable; 74 I/O; 75 timed out waiting; 77 not permitted; 78 configuration.

            New here? secret-rotator demo
            """,
        version: programVersion,
        subcommands: [LaunchPlugInCommand.self],
        groupedSubcommands: [
            CommandGroup(name: "Rotate", subcommands: [DaemonCommand.self, RotateNowCommand.self]),
            CommandGroup(name: "Plan", subcommands: [ScheduleCommand.self]),
            CommandGroup(name: "Call a hub", subcommands: [SecretCommand.self, HubCommand.self]),
            CommandGroup(name: "Back up and restore", subcommands: [BackupCommand.self, RestoreCommand.self]),
            CommandGroup(
                name: "See what happened",
                subcommands: [StatusCommand.self, DriftCommand.self, RotationCommand.self, AuditCommand.self]
            ),
            CommandGroup(name: "Watch other hosts", subcommands: [WitnessCommand.self]),
            CommandGroup(
                name: "Set up and try out",
                subcommands: [
                    CheckCommand.self, GenerateCommand.self, PlugInCommand.self, KeygenCommand.self,
                    SandboxCommand.self,
                    DemoCommand.self,
                ]
            ),
        ]
    )

    @OptionGroup var global: GlobalOptions
}

/// Starts the one task that is the parent of all others.
@main
enum Main {
    static func main() {
        // A plug-in's launcher must run before the process has threads.
        let words = Array(CommandLine.arguments.dropFirst().prefix(2))
        if words.first == LaunchPlugInCommand.configuration.commandName || words == ["plug-in", "serve"] {
            return becomePlugIn()
        }
        // Dispatch tries to raise a thread's priority, which only root may do, and would write that to the system log
        // at each start.
        setenv("LIBDISPATCH_LOG", "NO", 0)
        Task(priority: .medium) {
            await SecretRotator.main()
            exit(0)
        }
        dispatchMain()
    }

    private static func becomePlugIn() {
        do {
            var command = try SecretRotator.parseAsRoot()
            try command.run()
        } catch {
            SecretRotator.exit(withError: error)
        }
    }
}
