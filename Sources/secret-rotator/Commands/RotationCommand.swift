import ArgumentParser

struct RotationCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotation",
        abstract: "See rotations, open and past, and end one that is parked.",
        subcommands: [RotationListCommand.self, RotationShowCommand.self, RotationAbandonCommand.self]
    )
}
