import ArgumentParser
import AuditLog
import ControlAPI
import Foundation
import RotationDaemon
import RotationEngine
import RotationStore
import Scheduling

struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Say how the daemon, its hubs and schedules are.",
        discussion: """
            Each problem is told with since when it lasts and what to do next. Exits with 0 if all is well, 1 if \
            anything needs a person, 69 unless a daemon is ready: so a monitor needs the exit status alone.

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
            let holder = try DaemonLock.holder(of: configuration.database)
            var state = holder?.isDaemon == true ? holder?.role?.rawValue ?? "running" : "stopped"
            var health = DaemonHealth()
            if holder?.role == .ready {
                // A daemon that hangs still holds its lock.
                if let answer = try await Control.health(configuration) { health = answer } else { state = "hanging" }
            }
            let isThere = FileManager.default.fileExists(atPath: configuration.database)
            let now = SystemClock().now
            var report = isThere ? try StatusReport(configuration, now: now) : .empty
            report.put(health, StatusProblem.list(daemon: health, pid: holder?.pid, now: now))
            if listing.json {
                print(report.json(daemon: state, pid: holder?.pid).canonicalText)
            } else {
                printText("daemon       " + state + (holder?.pid.map { " (pid \($0))" } ?? ""))
                report.show()
            }
            guard state == DaemonLock.Role.ready.rawValue else {
                let advice = "the daemon is \(state): systemctl status secret-rotator, or secret-rotator daemon"
                throw ControlFailure(status: .unavailable, message: advice)
            }
            if !report.problems.isEmpty { throw ExitCode.failure }
        }
    }
}
