import ArgumentParser

struct SecretCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "secret",
        abstract: "Call a hub by hand: list, create, update and delete secrets.",
        discussion: """
            The audit log records each request before it is sent and when it has ended. Values come from standard \
            input only, and are never shown. To replace a value by a generated one, use rotate-now.
            """,
        subcommands: [
            SecretListCommand.self, SecretCreateCommand.self, SecretUpdateCommand.self, SecretDeleteCommand.self,
        ]
    )
}
