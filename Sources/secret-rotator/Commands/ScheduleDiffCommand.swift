import ArgumentParser
import ControlAPI
import RotationConfiguration
import RotationDaemon
import RotationStore

struct ScheduleDiffCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "Show how the schedules differ from a file; change nothing.",
        discussion: """
            Exits with 0 if `schedule apply` with the same options would change nothing, 1 if it would change something.

            Example: secret-rotator schedule diff -f schedules.yaml --prune
            """
    )

    @OptionGroup var global: GlobalOptions
    @OptionGroup var listing: ListingOptions
    @OptionGroup var file: ScheduleFileOptions

    func run() async throws {
        try await reportingFailures {
            let configuration = try global.load()
            let desired = try SchedulesFile.load(file.file, configuration)
            let plan = try ScheduleApplyCommand.plan(desired, prune: file.prune, configuration)
            let answer = ApplySchedules.Answer(plan)
            DifferenceList(answer.differences, unchanged: answer.unchanged).print(json: listing.json)
            if !answer.differences.isEmpty { throw ExitCode.failure }
        }
    }
}
