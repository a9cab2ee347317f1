import ArgumentParser

struct HubCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hub",
        abstract: "See which hubs are paused or suspended, and resume one.",
        subcommands: [HubListCommand.self, HubResumeCommand.self]
    )
}
