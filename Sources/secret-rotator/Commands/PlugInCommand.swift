import ArgumentParser

struct PlugInCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plug-in",
        abstract: "Try generator plug-ins.",
        subcommands: [PlugInTryCommand.self]
    )
}
