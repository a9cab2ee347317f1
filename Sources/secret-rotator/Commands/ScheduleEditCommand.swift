import ArgumentParser
import ControlAPI
import RotationConfiguration
import RotationCore
import RotationDaemon
import RotationStore
import Scheduling
import ValueGenerators

struct ScheduleEditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "edit",
        abstract: "Change schedules; keys without an option keep their values.",
        usage: "secret-rotator schedule edit <secrets> ... [options]",
        discussion: """
            An edit rotates nothing. A new period or cron expression moves the next rotation to its first slot after \
            now; an open rotation continues as it began. An empty text removes a key.

            Examples:
              secret-rotator schedule edit production/db_password --every 7d
              secret-rotator schedule edit api_key --owner '' --generator '{type: token, bytes: 64}'
            """
    )

    @OptionGroup var global: GlobalOptions
    @OptionGroup var listing: ListingOptions
    @Argument(help: "The secrets.", completion: .secret) var secrets: [String]
    @OptionGroup var options: DefinitionOptions

    func validate() throws {
        guard !options.isEmpty else { throw ValidationError("give what is to change, for example --every 7d") }
    }

    func run() async throws {
        try await reportingFailures {
            let edit = try options.read { ScheduleReader.edit(&$0, generators: BuiltInGenerators()) }
            let configuration = try global.load()
            if let generator = edit.generator { try configuration.refuse(generator) }
            let operation = EditSchedules(secrets: try configuration.secrets(secrets), edit: edit)
            let differences = try await Control.perform(operation, configuration).answer
            DifferenceList(differences).print(json: listing.json)
        }
    }
}
