import ArgumentParser

struct AuditCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Read the history.",
        subcommands: [AuditListCommand.self, AuditShowCommand.self]
    )
}
