import ArgumentParser
import ControlAPI
import RotationConfiguration
import RotationCore
import RotationDaemon

struct SecretDeleteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete",
        abstract: "Delete a secret from a hub, for ever.",
        discussion: """
            Its value can't be brought back: that is why --yes must be given. A secret that has a schedule, or a \
            rotation that is open, is not deleted.

            Example: secret-rotator secret delete production/old_password --yes
            """
    )

    @OptionGroup var global: GlobalOptions
    @Argument(help: "The secret.") var secret: String
    @Flag(help: "Yes, delete it.") var yes = false

    func validate() throws {
        guard yes else { throw ValidationError("a deleted value can't be brought back: give --yes to delete it") }
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
