import ArgumentParser

struct HubCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hub",
        abstract: "Show which hubs are paused or suspended, and resume one.",
        subcommands: [HubListCommand.self, HubResumeCommand.self]
    )
}
