import ArgumentParser

struct PlugInCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plug-in",
        abstract: "Try generator plug-ins, and run them as units of their own.",
        subcommands: [PlugInTryCommand.self, PlugInServeCommand.self]
    )
}
