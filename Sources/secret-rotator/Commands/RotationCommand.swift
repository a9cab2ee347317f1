import ArgumentParser

struct RotationCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotation",
        abstract: "Show rotations, open and past, and end a parked one.",
        subcommands: [RotationListCommand.self, RotationShowCommand.self, RotationAbandonCommand.self]
    )
}
