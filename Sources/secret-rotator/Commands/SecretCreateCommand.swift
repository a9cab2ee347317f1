import ArgumentParser
import ControlAPI
import RotationConfiguration
import RotationCore
import RotationDaemon
import SecretMemory

struct SecretCreateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Create a secret in a hub; its value comes from standard input.",
        discussion: """
            One line break at the end of standard input is removed, unless you give --keep-line-break. On a terminal \
            the command asks for the value and does not show it.

            Examples:
              secret-rotator secret create production/db_password --allowed-workspaces '[billing]' < value.txt
              secret-rotator generate --type token --reveal | \\
                secret-rotator secret create api_token --allowed-workspaces all
            """
    )

    @OptionGroup var global: GlobalOptions
    @Argument(help: "The secret: alias, or hub/alias where there are several hubs.") var secret: String
    @Option(
        help: "Which workspaces may use it: all, none, or a list such as [billing].",
        completion: .list(["all", "none"])
    )
    var allowedWorkspaces: String
    @Option(help: "The secret's description.") var description: String?
    @Flag(help: "Keep a line break at the end of standard input as part of the value.") var keepLineBreak = false

    func run() async throws {
        try await reportingFailures {
            let options = SecretOptions(allowedWorkspaces: allowedWorkspaces, description: description)
            guard let access = try options.access else { return }
            let configuration = try global.load()
            let name = try configuration.secret(secret)
            let value = try ValueInput.read(keepsLineBreak: keepLineBreak)
            let operation = CreateSecret(secret: name, access: access, description: description)
            _ = try await Control.perform(operation, value: value, hub: name.hub, configuration)
            printText("\(name): created")
        }
    }
}
