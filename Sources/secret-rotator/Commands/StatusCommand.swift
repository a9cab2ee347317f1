import AIHubClient
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
        discussion: "Exits with 0 if all is well, 1 if anything needs a person, 69 unless a daemon is ready."
    )

    @OptionGroup var global: GlobalOptions
    @OptionGroup var listing: ListingOptions

    func run() async throws {
        try await reportingFailures {
            let configuration = try global.load()
            let holder = try DaemonLock.holder(of: configuration.database)
            let state = holder?.isDaemon == true ? holder?.role?.rawValue ?? "running" : "stopped"
            let isThere = FileManager.default.fileExists(atPath: configuration.database)
            let report = isThere ? try StatusReport(configuration, now: SystemClock().now) : .empty
            if listing.json {
                print(report.json(daemon: state, pid: holder?.pid).canonicalText)
            } else {
                print("daemon       " + state + (holder?.pid.map { " (pid \($0))" } ?? ""))
                report.printText()
            }
            guard state == DaemonLock.Role.ready.rawValue else {
                let advice = "the daemon is \(state): systemctl status secret-rotator, or secret-rotator daemon"
                throw ControlFailure(status: .unavailable, message: advice)
            }
            if !report.problems.isEmpty { throw ExitCode.failure }
        }
    }
}

/// What the database tells about how things are.
struct StatusReport {
    /// Something that a person must look at.
    struct Problem {
        var subject: String
        var text: String
        var advice: String
    }

    private var schedules = 0
    private var paused = 0
    private var openRotations = 0
    private var waitingRequests = 0
    private var nextDue: Schedule?
    private var hubs: [(name: String, status: HubStatus)] = []
    private(set) var problems: [Problem] = []

    /// A report about nothing.
    static let empty = StatusReport()

    /// A schedule is overdue when nothing has come of its slot for this long.
    private static let tolerance = Duration.seconds(120)

    private init() {}

    init(_ configuration: Configuration, now: Instant) throws {
        let history = try Database.read(configuration)
        defer { history.close() }
        var broken: [UndecodableRow] = []
        let all = try history.schedules { broken.append($0) }
        let active = all.filter { !$0.isPaused(at: now) }
        schedules = all.count
        paused = all.count - active.count
        nextDue = active.min { $0.nextDue < $1.nextDue }
        waitingRequests = try history.waitingRequests()
        let open = try history.rotations(openOnly: true) { broken.append($0) }
        openRotations = open.count
        hubs = try configuration.hubs.keys.sorted().map { ($0, try history.hubStatus($0)) }
        problems += broken.map {
            Problem(subject: $0.row, text: "can't be read", advice: "restore it from a back-up, or remove it")
        }
        problems += hubs.compactMap { Self.problem(withHub: $0.name, $0.status) }
        problems += try open.compactMap { try Self.problem(with: $0, history, now: now) }
        problems += all.filter { configuration.hubs[$0.secret.hub] == nil }.map {
            Problem(
                subject: "\($0.secret)",
                text: "its hub is not in the configuration: nobody rotates it",
                advice: "put the hub back, or: schedule remove \($0.secret)"
            )
        }
        let busy = Set(open.map(\.rotation.secret))
        problems += active.compactMap { Self.problem(with: $0, isBusy: busy.contains($0.secret), now: now) }
    }

    private static func problem(withHub name: String, _ status: HubStatus) -> Problem? {
        guard case .suspended(let suspension) = status else { return nil }
        return Problem(
            subject: "hub \(name)",
            text: "suspended since \(suspension.since.short): \(suspension.reason.rawValue)",
            advice: "renew its token file, then: systemctl reload secret-rotator"
        )
    }

    private static func problem(with stored: StoredRotation, _ history: History, now: Instant) throws -> Problem? {
        let rotation = stored.rotation
        if case .parked(let failure) = rotation.state.phase {
            return Problem(
                subject: "\(rotation.secret)",
                text: "rotation \(rotation.id) is parked: \(failure.kind)",
                advice: "find out which value works, then: rotation abandon \(rotation.id) --reason …"
            )
        }
        guard stored.endedAt == nil, rotation.openedAt.advanced(by: tolerance) < now else { return nil }
        let error = try history.lastError(of: rotation.id).map { ", last error \($0)" } ?? ""
        let next = rotation.state.wakeAt.map { ", next try \($0.short)" } ?? ""
        return Problem(
            subject: "\(rotation.secret)",
            text: "rotating since \(rotation.openedAt.short), \(rotation.state.tally.attempts) attempts\(error)\(next)",
            advice: "see secret-rotator audit list; it goes on by itself"
        )
    }

    private static func problem(with schedule: Schedule, isBusy: Bool, now: Instant) -> Problem? {
        if schedule.failures > 0 {
            return Problem(
                subject: "\(schedule.secret)",
                text: "failed \(schedule.failures) times, next try \(schedule.nextDue.short)",
                advice: "see secret-rotator audit list"
            )
        }
        guard !isBusy, schedule.nextDue.advanced(by: tolerance) < now else { return nil }
        return Problem(
            subject: "\(schedule.secret)",
            text: "overdue since \(schedule.nextDue.short)",
            advice: "see the daemon's log"
        )
    }

    func printText() {
        for hub in hubs { print("hub          \(hub.name): \(hub.status.word)") }
        print("schedules    \(schedules), \(paused) paused")
        print("open         \(openRotations) rotations, \(waitingRequests) requests waiting")
        if let nextDue { print("next due     \(nextDue.secret) at \(nextDue.nextDue.short)") }
        guard !problems.isEmpty else {
            print("problems     none")
            return
        }
        var table = Table("PROBLEM WITH", "WHAT", "WHAT TO DO")
        for problem in problems { table.add(.init(problem.subject, .red), .init(problem.text), .init(problem.advice)) }
        table.print(empty: "")
    }

    func json(daemon: String, pid: Int32?) -> JSONValue {
        .fields([
            "daemon": .string(daemon),
            "pid": .number(pid.map(Int.init)),
            "hubs": .object(Dictionary(uniqueKeysWithValues: hubs.map { ($0.name, .string($0.status.word)) })),
            "schedules": .number(schedules),
            "paused": .number(paused),
            "open_rotations": .number(openRotations),
            "waiting_requests": .number(waitingRequests),
            "next_due": .instant(nextDue?.nextDue),
            "problems": .array(
                problems.map {
                    ["subject": .string($0.subject), "text": .string($0.text), "advice": .string($0.advice)]
                }
            ),
        ])
    }
}

extension HubStatus {
    /// The status in a word.
    fileprivate var word: String {
        switch self {
        case .available, .onProbation: "available"
        case .paused: "paused"
        case .suspended: "suspended"
        }
    }
}
