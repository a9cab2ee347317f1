import ArgumentParser
import ControlAPI
import Glibc
import RotationConfiguration
import RotationCore
import RotationDaemon
import RotationStore
import Scheduling

struct RotateNowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate-now",
        abstract: "Request rotations now; a request stays queued until it is served.",
        discussion: """
            A request joins the open rotation of its secret, if there is one, and brings its next try forward; --fresh \
            requests another rotation after it. A secret that you name may be paused; --all and --overdue skip paused \
            ones.

            With --wait it exits with 0 if all succeeded, 1 if any failed, 75 if the time-out came first, 69 if no \
            daemon runs.

            Examples:
              secret-rotator rotate-now production/db_password --reason 'leaked in a log' --ticket SEC-1234 --wait
              secret-rotator rotate-now --overdue
            """
    )

    @OptionGroup var global: GlobalOptions
    @OptionGroup var listing: ListingOptions
    @Argument(help: "The secrets.", completion: .secret) var secrets: [String] = []
    @Flag(help: "Rotate every schedule that is not paused.") var all = false
    @Flag(help: "Rotate every schedule that is due and not paused.") var overdue = false
    @Option(help: "The reason, for the audit log.") var reason: String?
    @Option(help: "A ticket number, for the audit log.") var ticket: String?
    @Flag(help: "Request a new rotation after the open one, instead of joining it.") var fresh = false
    @Option(help: "Rotate although an earlier value may still arrive at the hub; give the reason.")
    var despiteHold: String?
    @Flag(help: "Show what would be rotated; change nothing.") var dryRun = false
    @Flag(help: "Wait until the rotations have ended, with progress on standard error.") var wait = false
    @Option(help: "The longest time to wait, also while a rotation is held. (default: 5m, and as long as it is held)")
    var timeout: String?

    func validate() throws {
        let choices = [!secrets.isEmpty, all, overdue].count { $0 }
        guard choices == 1 else {
            throw ValidationError("name secrets, or give --all, or --overdue" + (choices > 1 ? ": one of them" : ""))
        }
        guard timeout.map({ DurationText.parse($0) != nil }) ?? true else {
            throw ValidationError("--timeout: give a duration such as 30s or 5m")
        }
    }

    func run() async throws {
        try await reportingFailures {
            let configuration = try global.load()
            let operation = RequestRotations(
                try selection(configuration),
                reason: reason,
                ticket: ticket,
                fresh: fresh,
                despiteHold: despiteHold
            )
            if dryRun { return try showSelected(operation, configuration) }
            if wait { try requireDaemon(configuration) }
            let (accepted, isDaemonRunning) = try await Control.perform(operation, configuration)
            guard !accepted.isEmpty else { return printError("nothing to rotate\n") }
            if wait {
                let held = accepted.compactMap(\.heldUntil).max().map { SystemClock().now.duration(to: $0) } ?? .zero
                if held > .zero { reportHolds(accepted) }
                let timeout = timeout.flatMap(DurationText.parse) ?? (.seconds(300) + max(held, .zero))
                try await RequestWatch(accepted, isJSON: listing.json).wait(configuration, timeout: timeout)
            } else {
                report(accepted, isDaemonRunning: isDaemonRunning)
            }
        }
    }

    private func selection(_ configuration: Configuration) throws -> RequestRotations.Selection {
        if all { return .all }
        return overdue ? .overdue : .secrets(try configuration.secrets(secrets))
    }

    private func showSelected(_ operation: RequestRotations, _ configuration: Configuration) throws {
        let history = try Database.read(configuration)
        defer { history.close() }
        let now = SystemClock().now
        for name in try operation.selected(history, now: now) {
            guard let schedule = try history.schedule(of: name) else { throw Ledger.Refusal.noSchedule(name) }
            let outlook = try RotationOutlook(schedule, fresh: fresh, history, configuration, now: now)
            if listing.json { print(outlook.json.canonicalText) } else { printText(outlook.text) }
        }
    }

    private func requireDaemon(_ configuration: Configuration) throws {
        // A caller that may not read the lock file asks the socket.
        guard access(DaemonLock.path(for: configuration.database), R_OK) == 0 || errno == ENOENT else { return }
        let holder = try DaemonLock.holder(of: configuration.database)
        guard let holder, holder.isDaemon, holder.role != .stopping else {
            throw ControlFailure(
                status: .unavailable,
                message: "no daemon runs, so nothing was requested: start it, or leave --wait out to queue the request"
            )
        }
    }

    /// Prints which rotations are held, and how to override the hold.
    private func reportHolds(_ accepted: [RequestRotations.Accepted]) {
        for item in accepted {
            guard let until = item.heldUntil else { continue }
            printError(
                "\(item.secret): held until \(until.short), as an earlier value may still arrive at the hub; for a leak, "
                    + "add --despite-hold REASON\n"
            )
        }
    }

    private func report(_ accepted: [RequestRotations.Accepted], isDaemonRunning: Bool) {
        for item in accepted {
            if listing.json {
                let fields: [String: JSONValue?] = [
                    "request": .string(item.id.rawValue), "secret": .string("\(item.secret)"),
                    "rotation": .text(item.joined?.rawValue), "state": "queued",
                    "held_until": .text(item.heldUntil?.rfc3339),
                ]
                print(JSONValue.fields(fields).canonicalText)
            } else {
                let joined = item.joined.map { ", joins rotation \($0)" } ?? ""
                printText("\(item.secret): requested\(joined)")
            }
        }
        reportHolds(accepted)
        if !isDaemonRunning { printError("no daemon runs: the requests are served once one is started\n") }
    }
}
