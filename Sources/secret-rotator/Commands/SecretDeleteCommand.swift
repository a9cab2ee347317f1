import ArgumentParser
import ControlAPI
import RotationConfiguration
import RotationCore
import RotationDaemon

struct SecretDeleteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete",
        abstract: "Delete a secret from a hub; this can't be undone.",
        discussion: """
            A deleted value can't be restored, so --yes is required. A secret that has a schedule or an open rotation \
            is not deleted.

            Example: secret-rotator secret delete production/old_password --yes
            """
    )

    @OptionGroup var global: GlobalOptions
    @Argument(help: "The secret.") var secret: String
    @Flag(help: "Confirm the deletion.") var yes = false

    func validate() throws {
        guard yes else { throw ValidationError("a deleted value can't be restored: give --yes to delete it") }
    }

    func run() async throws {
        try await reportingFailures {
            let configuration = try global.load()
            let name = try configuration.secret(secret)
            _ = try await Control.perform(DeleteSecret(secret: name), hub: name.hub, configuration)
            printText("\(name): deleted")
        }
    }
}
