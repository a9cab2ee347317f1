import AIHubClient
import AuditLog
import RotationDaemon
import RotationEngine
import RotationStore
import Scheduling

/// What the database tells about how things are.
struct StatusReport {
    private var schedules = 0
    private var paused = 0
    private var openRotations = 0
    private var waitingRequests = 0
    private var nextDue: Schedule?
    private var hubs: [(name: String, status: HubStatus)] = []
    private(set) var problems: [StatusProblem] = []

    /// A report about nothing.
    static let empty = StatusReport()

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
        problems += try history.configurationRejectedAt().map { [.configurationRejected($0)] } ?? []
        problems += broken.map { .unreadable($0) }
        problems += hubs.compactMap { StatusProblem(hub: $0.name, $0.status) }
        problems += try open.compactMap { try StatusProblem(rotation: $0, history, now: now) }
        problems += all.filter { configuration.hubs[$0.secret.hub] == nil }.map { .orphan($0.secret) }
        let busy = Set(open.map(\.rotation.secret))
        problems += try active.compactMap { schedule in
            try StatusProblem(schedule: schedule, isBusy: busy.contains(schedule.secret), history, now: now)
        }
    }

    func printText() {
        for hub in hubs { print("hub          \(hub.name): \(hub.status.text)") }
        print("schedules    \(schedules), \(paused) paused")
        print("open         \(openRotations) rotations, \(waitingRequests) requests waiting")
        if let nextDue, nextDue.nextDue < .distantFuture {
            print("next due     \(nextDue.secret) at \(nextDue.nextDue.short)")
        }
        guard !problems.isEmpty else {
            print("problems     none")
            return
        }
        var table = Table("PROBLEM WITH", "SINCE", "WHAT", "WHAT TO DO")
        for problem in problems {
            table.add(
                .init(problem.subject, .red),
                .init(problem.since?.short ?? ""),
                .init(problem.text),
                .init(problem.advice)
            )
        }
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
            "next_due": .instant(nextDue?.nextDue.ifEver),
            "problems": .array(problems.map(\.json)),
        ])
    }
}

extension HubStatus {
    /// The status in a word.
    fileprivate var word: String {
        switch self {
        case .available, .doubtful, .onProbation: "available"
        case .paused: "paused"
        case .suspended: "suspended"
        }
    }

    /// The status as people read it.
    fileprivate var text: String {
        switch self {
        case .available, .onProbation: word
        case .doubtful(let doubt): "available, \(doubt.reason.rawValue) met \(doubt.count) times in a row"
        case .paused(let until): "paused until \(until.short), as it asked for"
        case .suspended(let suspension):
            "suspended since \(suspension.since.short) (\(suspension.reason.rawValue)), next probe \(suspension.probeAt.short)"
        }
    }
}
