import ArgumentParser
import ControlAPI
import Glibc
import RotationConfiguration
import RotationCore
import RotationDaemon
import RotationStore
import Scheduling

struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Say how the daemon, its hubs and schedules are.",
        discussion: """
            It asks the daemon at its control socket, and reads the database. Each problem is told with since when it \
            lasts and what to do next. Exits with 0 if all is well, 1 if anything needs a person, 69 unless a daemon is \
            ready: so a monitor needs the exit status alone. Who has no role is told of the kind of a problem, \
            without details.

            Examples:
              secret-rotator status
              secret-rotator status --json
            """
    )

    @OptionGroup var global: GlobalOptions
    @OptionGroup var listing: ListingOptions

    func run() async throws {
        try await reportingFailures {
            let configuration = try global.load()
            let answer = try await DaemonAnswer.ask(configuration)
            let (health, now) = (answer.health, SystemClock().now)
            var report = try makeReport(configuration, answer, now: now)
            report.put(health, StatusProblem.list(daemon: health, pid: health.pid, now: now))
            if listing.json {
                print(report.json(daemon: answer.state, pid: health.pid).canonicalText)
            } else {
                printText("daemon       " + answer.state + (health.pid.map { " (pid \($0))" } ?? ""))
                report.show()
            }
            try answer.requireReady(at: configuration.control)
            if !report.problems.isEmpty { throw ExitCode.failure }
        }
    }

    /// What the database tells; where a daemon runs, one that can't be read is a problem among others.
    private func makeReport(
        _ configuration: Configuration,
        _ answer: DaemonAnswer,
        now: Instant
    ) throws -> StatusReport {
        // What stands there now is not what the daemon has open.
        if answer.health.storage?.problem == .replaced { return .unread }
        guard access(configuration.database, F_OK) == 0 || errno != ENOENT else {
            guard answer.isRunning else { return .empty }
            return .unreadable("\(configuration.database) is not there, though a daemon runs")
        }
        do {
            return try StatusReport(configuration, now: now)
        } catch {
            let failure = ControlFailure(describing: error)
            // What is the caller's, or this program's, is no trouble of the daemon's.
            let isOurs = failure.status == .notPermitted || failure.status == .configuration
            guard answer.isRunning, !isOurs else { throw error }
            return .unreadable(failure.message)
        }
    }
}
