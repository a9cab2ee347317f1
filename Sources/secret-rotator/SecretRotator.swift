import ArgumentParser
import Dispatch
import Glibc
import RotationDaemon

/// The one executable.
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
            CommandGroup(name: "Ask a hub", subcommands: [SecretCommand.self, HubCommand.self]),
            CommandGroup(name: "Mend", subcommands: [RestoreCommand.self]),
            CommandGroup(
                name: "See what happened",
                subcommands: [StatusCommand.self, RotationCommand.self, AuditCommand.self]
            ),
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

/// Begins the one task that everything else is a child of.
@main
enum Main {
    static func main() {
        // What becomes a plug-in needs no threads before.
        if CommandLine.arguments.dropFirst().first == LaunchPlugInCommand.configuration.commandName {
            return becomePlugIn()
        }
        // Dispatch tries to raise the priority of a thread of its own, which nobody but root may, and would say so in the
        // system's log at each start.
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
