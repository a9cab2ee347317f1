import ArgumentParser

struct SecretCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "secret",
        abstract: "Ask a hub by hand: list, create, update and delete secrets.",
        discussion: """
            Each request stands in the audit log, before and after it is sent. Values come from standard input only, \
            and are never shown. To replace a value by a new one, use rotate-now.
            """,
        subcommands: [
            SecretListCommand.self, SecretCreateCommand.self, SecretUpdateCommand.self, SecretDeleteCommand.self,
        ]
    )
}
