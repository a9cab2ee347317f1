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
        abstract: "Show the state of the daemon, its hubs and schedules.",
        discussion: """
            It asks the daemon at its control socket, and reads the database. Each problem is shown with its start and \
            with what to do next. Exits with 0 if there is no problem, 1 if a problem needs a person, 69 unless a \
            daemon is ready: a monitor needs the exit status only. A caller without a role sees the kind of each \
            problem, without details.

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
            var (report, refusal) = try makeReport(configuration, answer, now: now)
            report.put(health, StatusProblem.list(daemon: health, pid: health.pid, now: now))
            if listing.json {
                print(report.json(daemon: answer.state, pid: health.pid).canonicalText)
            } else {
                printText("daemon       " + answer.state + (health.pid.map { " (pid \($0))" } ?? ""))
                report.show()
            }
            try answer.requireReady(at: configuration.control)
            if let refusal { throw refusal }
            if !report.problems.isEmpty { throw ExitCode.failure }
        }
    }

    /// The report from the database, and why the caller may not read it if that is so: the daemon's own health is shown then.
    ///
    /// While a daemon runs, a database that can't be read is one of the report's problems.
    private func makeReport(
        _ configuration: Configuration,
        _ answer: DaemonAnswer,
        now: Instant
    ) throws -> (StatusReport, refusal: ControlFailure?) {
        // The file at the path is no longer the one that the daemon has open.
        if answer.health.storage?.problem == .replaced { return (.unread, nil) }
        guard access(configuration.database, F_OK) == 0 || errno != ENOENT else {
            guard answer.isRunning else { return (.empty, nil) }
            return (.unreadable("\(configuration.database) does not exist, although a daemon runs"), nil)
        }
        do {
            return (try StatusReport(configuration, now: now), nil)
        } catch {
            let failure = ControlFailure(describing: error)
            // A fault of the caller or of this program is not a problem of the daemon.
            guard answer.isRunning, failure.status != .configuration else { throw error }
            return failure.status == .notPermitted ? (.unread, failure) : (.unreadable(failure.message), nil)
        }
    }
}
