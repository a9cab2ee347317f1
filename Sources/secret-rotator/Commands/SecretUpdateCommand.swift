import ArgumentParser
import ControlAPI
import RotationConfiguration
import RotationCore
import RotationDaemon
import SecretMemory

struct SecretUpdateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "update",
        abstract: "Change a secret in a hub; fields without an option keep their values.",
        discussion: """
            With --value the new value comes from standard input; one line break at its end is removed, unless you \
            give --keep-line-break. The update is refused while a rotation of the secret is open, and, unless you give \
            --despite-hold, while an earlier value may still arrive.

            Examples:
              secret-rotator secret update production/db_password --value < value.txt
              secret-rotator secret update api_token --description 'Billing API' --allowed-workspaces none
            """
    )

    @OptionGroup var global: GlobalOptions
    @Argument(help: "The secret.", completion: .secret) var secret: String
    @Flag(help: "Read a new value from standard input.") var value = false
    @Flag(help: "Keep a line break at the end of standard input as part of the value.") var keepLineBreak = false
    @Option(
        help: "Which workspaces may use it: all, none, or a list such as [billing].",
        completion: .list(["all", "none"])
    )
    var allowedWorkspaces: String?
    @Option(help: "The secret's description.") var description: String?
    @Option(help: "Update although an earlier value may still arrive at the hub; give the reason.")
    var despiteHold: String?

    func validate() throws {
        guard value || allowedWorkspaces != nil || description != nil else {
            throw ValidationError("give what is to change: --value, --description or --allowed-workspaces")
        }
        guard value || !keepLineBreak else { throw ValidationError("--keep-line-break goes with --value") }
    }

    func run() async throws {
        try await reportingFailures {
            let options = SecretOptions(allowedWorkspaces: allowedWorkspaces, description: description)
            let access = try options.access
            let configuration = try global.load()
            let name = try configuration.secret(secret)
            let new = value ? try ValueInput.read(keepsLineBreak: keepLineBreak) : nil
            let operation = UpdateSecret(
                secret: name,
                access: access,
                description: description,
                despiteHold: despiteHold
            )
            _ = try await Control.perform(operation, value: new, hub: name.hub, configuration)
            printText("\(name): updated")
        }
    }
}
