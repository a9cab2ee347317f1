import ArgumentParser
import ControlAPI
import RotationConfiguration
import RotationCore
import RotationDaemon
import RotationStore
import Scheduling

struct ScheduleApplyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apply",
        abstract: "Make the schedules match a file.",
        discussion: """
            Applying the same file again changes nothing. A large file is applied in parts, and rotations continue \
            meanwhile: if a part fails, the parts before it stay applied, and applying the same file again does the \
            rest. A schedule that the file does not name stays, unless you give --prune; its secret, values and \
            history always stay. Applying a file rotates nothing.

            Examples:
              secret-rotator schedule apply -f schedules.yaml --dry-run
              secret-rotator schedule apply -f schedules.yaml --prune
            """
    )

    @OptionGroup var global: GlobalOptions
    @OptionGroup var listing: ListingOptions
    @OptionGroup var file: ScheduleFileOptions
    @Flag(help: "Show what would change; change nothing.") var dryRun = false
    @Flag(help: "Rotate added secrets now; by default their first rotation is after one full period.")
    var rotateOnAdopt = false

    func run() async throws {
        try await reportingFailures {
            let configuration = try global.load()
            let desired = try SchedulesFile.load(file.file, configuration)
            let answer: ApplySchedules.Answer
            if dryRun {
                answer = .init(try Self.plan(desired, prune: file.prune, configuration))
            } else {
                let operation = ApplySchedules(desired, prune: file.prune, rotatesOnAdopt: rotateOnAdopt)
                answer = try await Control.perform(operation, configuration).answer
            }
            DifferenceList(answer.differences, unchanged: answer.unchanged).print(json: listing.json)
        }
    }

    /// The changes that applying a file would make.
    static func plan(
        _ desired: [DesiredSchedule],
        prune: Bool,
        _ configuration: Configuration
    ) throws -> SchedulePlan {
        let current = try Database.readIfThere(configuration) { history in
            try history.schedules { printError("warning: \($0)\n") }
        }
        return SchedulePlan(current: current ?? [], desired: desired, prune: prune, now: SystemClock().now)
    }
}

/// The options that name the schedules file.
struct ScheduleFileOptions: ParsableArguments {
    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("The schedules file; - for standard input.", valueName: "file"),
        completion: .file(extensions: ["yaml", "yml"])
    )
    var file: String
    @Flag(help: "Remove schedules that the file does not name.") var prune = false
}
