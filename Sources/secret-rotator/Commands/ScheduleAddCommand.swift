import ArgumentParser
import ControlAPI
import RotationConfiguration
import RotationCore
import RotationDaemon
import RotationStore
import Scheduling
import ValueGenerators

struct ScheduleAddCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Add schedules; a secret first rotates at its first slot.",
        usage:
            "secret-rotator schedule add <secrets> ... (--every <every> | --cron <cron> | --generator <file>) [options]",
        discussion: """
            Examples:
              secret-rotator schedule add production/db_password --every 30d
              secret-rotator schedule add api_key --every 12h --generator token --owner payments-team
              secret-rotator schedule add ftp_password --cron '30 3 * * mon' --timezone Europe/Berlin \\
                --window 2h --jitter 20m --max-age 14d
              secret-rotator schedule add pin --every 1w \\
                --generator '{type: password, length: 12, classes: {digit: 12}}'
              secret-rotator schedule add tls_key \\
                --generator '{type: file, path: /etc/letsencrypt/live/example.com/privkey.pem, expect: private_key}'
            """
    )

    @OptionGroup var global: GlobalOptions
    @Argument(help: "The secrets: alias, or hub/alias where there are several hubs.") var secrets: [String]
    @OptionGroup var options: DefinitionOptions
    @Flag(help: "Rotate now; by default the first rotation is after one full period.") var rotateOnAdopt = false

    func validate() throws {
        guard options.every != nil || options.cron != nil || options.generator != nil else {
            throw ValidationError("give --every, for example --every 30d, or --cron, or a --generator of type file")
        }
    }

    func run() async throws {
        try await reportingFailures {
            let definition = try options.read(generator: "password") {
                ScheduleReader.definition(&$0, generators: BuiltInGenerators())
            }
            let configuration = try global.load()
            try configuration.refuse(definition.generator)
            let operation = AddSchedules(
                secrets: try configuration.secrets(secrets),
                definition: definition,
                rotatesOnAdopt: rotateOnAdopt
            )
            for added in try await Control.perform(operation, configuration).answer {
                let first = added.nextDue.map { "at \($0.short)" } ?? "when its file changes"
                printText("\(added.secret): \(definition.cadenceText), first rotation \(first)")
            }
        }
    }
}
