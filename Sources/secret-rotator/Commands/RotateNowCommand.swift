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
        abstract: "Ask for rotations at once; the requests are kept until they are served.",
        discussion: """
            A request joins a rotation of its secret that is open, and brings its next try forward; --fresh asks for \
            one more after it. A named secret may be paused; --all and --overdue leave paused ones out.

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
    @Flag(help: "Every schedule that is not paused.") var all = false
    @Flag(help: "Every schedule that is due and not paused.") var overdue = false
    @Option(help: "Why, for the history.") var reason: String?
    @Option(help: "A ticket's number, for the history.") var ticket: String?
    @Flag(help: "A rotation of its own, after one that is open.") var fresh = false
    @Option(help: "Rotate though an earlier value may still arrive at the hub, and why.") var despiteHold: String?
    @Flag(help: "Say what would be rotated, and change nothing.") var dryRun = false
    @Flag(help: "Wait for the end, with progress on standard error.") var wait = false
    @Option(help: "How long to wait at the most.") var timeout = "5m"

    func validate() throws {
        let choices = [!secrets.isEmpty, all, overdue].count { $0 }
        guard choices == 1 else {
            throw ValidationError("name secrets, or give --all, or --overdue" + (choices > 1 ? ": one of them" : ""))
        }
        guard DurationText.parse(timeout) != nil else {
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
            let (taken, isDaemonRunning) = try await Control.perform(operation, configuration)
            guard !taken.isEmpty else { return printError("nothing to rotate\n") }
            if wait {
                let held = taken.compactMap(\.heldUntil).max().map { SystemClock().now.duration(to: $0) } ?? .zero
                if held > .zero { reportHolds(taken) }
                let timeout = timeoutDuration + max(held, .zero)
                try await RequestWatch(taken, isJSON: listing.json).wait(configuration, timeout: timeout)
            } else {
                report(taken, isDaemonRunning: isDaemonRunning)
            }
        }
    }

    private var timeoutDuration: Duration { DurationText.parse(timeout) ?? .seconds(300) }

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
        // Who may not read the lock is told by the socket.
        guard access(DaemonLock.path(for: configuration.database), R_OK) == 0 || errno == ENOENT else { return }
        let holder = try DaemonLock.holder(of: configuration.database)
        guard let holder, holder.isDaemon, holder.role != .stopping else {
            throw ControlFailure(
                status: .unavailable,
                message: "no daemon runs, so nothing was requested: start it, or leave --wait out to queue the request"
            )
        }
    }

    /// Says which rotations can't begin yet, and what can be done about it.
    private func reportHolds(_ taken: [RequestRotations.Taken]) {
        for item in taken {
            guard let until = item.heldUntil else { continue }
            printError(
                "\(item.secret): held until \(until.short), as an earlier value may still arrive at the hub; for a leak, "
                    + "add --despite-hold REASON\n"
            )
        }
    }

    private func report(_ taken: [RequestRotations.Taken], isDaemonRunning: Bool) {
        for item in taken {
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
        reportHolds(taken)
        if !isDaemonRunning { printError("no daemon runs: the requests are served once one is started\n") }
    }
}
