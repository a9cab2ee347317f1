import ControlAPI
import RotationConfiguration
import RotationCore
import RotationDaemon
import RotationStore
import Scheduling

/// The report of `status`, from the database and the daemon's answer.
struct StatusReport {
    private var schedules = 0
    private var paused = 0
    private var openRotations = 0
    private var waits: [StatusWait] = []
    private var nextDue: (secret: SecretName, at: Instant)?
    private var hubs: [(name: String, status: HubStatus)] = []
    private(set) var problems: [StatusProblem] = []
    /// Secrets that hubs list and that have no schedule.
    private var unmanaged = 0
    /// When all hubs were held against the history; nil while one of them never was.
    private var driftLookedAt: Instant?
    /// nil if the database was not read.
    private var audit: AuditStanding?
    private var health = DaemonHealth()
    /// Whether the database has been read; if not, the counts are unknown.
    private var isRead = true

    /// The report for a database that does not exist yet.
    static let empty = StatusReport()

    /// The report for a database that could not be read, or must not be read.
    static let unread = {
        var report = StatusReport()
        report.isRead = false
        return report
    }()

    private init() {}

    init(_ configuration: Configuration, now: Instant) throws {
        let history = try Database.read(configuration)
        defer { history.close() }
        let audit = AuditStanding(configuration, try history.witnessStandings())
        self.audit = audit
        var broken: [UndecodableRow] = []
        let all = try history.schedules { broken.append($0) }
        let active = all.filter { !$0.isPaused(at: now) }
        schedules = all.count
        paused = all.count - active.count
        nextDue = active.compactMap { schedule in schedule.nextDue.map { (schedule.secret, $0) } }.min { $0.1 < $1.1 }
        let open = try history.rotations(openOnly: true) { broken.append($0) }
        openRotations = open.count
        let obstacles = try history.obstacles(hubs: configuration.hubs.keys, open: open)
        hubs = configuration.hubs.keys.sorted().map { ($0, obstacles.hubs[$0] ?? .available) }
        waits = try Self.waits(all, obstacles, history, now: now)
        problems += try history.configurationRejectedAt().map { [.configurationRejected($0)] } ?? []
        problems += audit.problems(now: now)
        problems += broken.map { .unreadable($0) }
        problems += try history.keptCandidates().map { .kept($0) }
        problems += try history.unknownValues().map { .unknownValue(of: $0.secret, since: $0.since) }
        let drift = try history.driftFindings().filter { configuration.hubs[$0.secret.hub] != nil }
        unmanaged = drift.count { $0.finding.kind == .unmanaged }
        problems += drift.compactMap { StatusProblem($0) }
        let looks = try configuration.hubs.keys.map { try history.driftLookedAt($0) }
        driftLookedAt = looks.contains(nil) ? nil : looks.compactMap(\.self).min()
        problems += hubs.compactMap { hub in
            if let pause = obstacles.overlongPause(hub.name, active, waits.map { ($0.secret, $0.since) }, now: now) {
                return StatusProblem(paused: hub.name, pause)
            }
            return StatusProblem(suspended: hub.name, hub.status, token: configuration.hubs[hub.name]?.token)
        }
        var lastEnded: [String: Instant] = [:]
        for hub in obstacles.hubs.keys { lastEnded[hub] = try history.lastEnded(at: hub, now: now) }
        problems += try Self.problems(with: open, obstacles, lastEnded, configuration, history, now: now)
        problems += all.filter { configuration.hubs[$0.secret.hub] == nil }.map { .orphan($0.secret) }
        problems += try Self.problems(with: active, waits, obstacles, lastEnded, history, now: now)
    }

    /// The problems of open rotations.
    private static func problems(
        with open: [StoredRotation],
        _ obstacles: Obstacles,
        _ lastEnded: [String: Instant],
        _ configuration: Configuration,
        _ history: History,
        now: Instant
    ) throws -> [StatusProblem] {
        try open.compactMap { stored in
            let hub = configuration.hubs[stored.rotation.secret.hub]
            let timeouts = (request: hub?.timeout ?? .zero, confirm: hub?.confirmTimeout ?? .zero)
            let known = try StatusProblem.about(rotation: stored, history, now: now)
            // A problem with its own cause says more than a passed limit.
            if let known, known.kind != .rotationSlow { return known }
            let wait = stored.changedAt.flatMap {
                obstacles.overlongPhase(
                    stored.rotation,
                    changedAt: $0,
                    timeouts: timeouts,
                    lastEnded: lastEnded[stored.rotation.secret.hub],
                    now: now
                )
            }
            return wait.map(StatusProblem.init) ?? known
        }
    }

    /// The problems of schedules and of waiting requests.
    private static func problems(
        with active: [Schedule],
        _ waits: [StatusWait],
        _ obstacles: Obstacles,
        _ lastEnded: [String: Instant],
        _ history: History,
        now: Instant
    ) throws -> [StatusProblem] {
        var problems = try active.filter { obstacles.open[$0.secret] == nil }.compactMap { schedule in
            let wait = obstacles.overlongSlot(schedule, lastEnded: lastEnded[schedule.secret.hub], now: now)
            return try StatusProblem.about(schedule: schedule, wait: wait, history, now: now)
        }
        problems += waits.compactMap { wait in
            obstacles.overlongRequest(
                wait.secret,
                wait.schedule,
                requestedAt: wait.since,
                lastEnded: lastEnded[wait.secret.hub],
                now: now
            ).map(StatusProblem.init)
        }
        let failing = Set(active.filter { $0.failures > 0 }.map(\.secret))
        problems += try history.sourceProblems().filter { !failing.contains($0.key) }
            .sorted { "\($0.key)" < "\($1.key)" }.map { StatusProblem(source: $0.key, $0.value) }
        return problems
    }

    private static func waits(
        _ schedules: [Schedule],
        _ obstacles: Obstacles,
        _ history: History,
        now: Instant
    ) throws -> [StatusWait] {
        let waiting = try history.waiting()
        guard !waiting.isEmpty else { return [] }
        let bySecret = Dictionary(schedules.map { ($0.secret, $0) }) { first, _ in first }
        return waiting.map { request in
            let schedule = bySecret[request.secret]
            let found = obstacles.ofRequest(request.secret, schedule, now: now)
            return StatusWait(
                secret: request.secret,
                schedule: schedule,
                since: request.requestedAt,
                obstacles: found
            )
        }
    }

    /// The report for a database that can't be read, with the reason.
    static func unreadable(_ reason: String) -> StatusReport {
        var report = StatusReport.unread
        report.problems = [.unreadableHistory(reason)]
        return report
    }

    /// Adds the daemon's health and its problems; they come first, because they explain others.
    mutating func put(_ health: DaemonHealth, _ problems: [StatusProblem]) {
        self.health = health
        // Waits for the clock or the storage have one cause, which is a problem already.
        if health.clockHeldSince != nil { self.problems.removeAll { $0.kind == .slotWaiting } }
        if health.storage != nil {
            self.problems.removeAll { [.slotWaiting, .requestWaiting, .rotationStalled].contains($0.kind) }
        }
        self.problems = problems + self.problems
    }

    func show() {
        if isRead { showWork() }
        guard !problems.isEmpty else {
            // A caller without access to the history sees the problems of the daemon itself only.
            printText("problems     " + (isRead ? "none" : "none of the daemon itself; the history was not read"))
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

    /// Prints hubs, schedules, rotations and requests.
    private func showWork() {
        for hub in hubs { printText("hub          \(hub.name): \(hub.status.text)") }
        printText("schedules    \(schedules), \(paused) paused")
        printText("open         \(openRotations) rotations, \(waits.count) requests waiting")
        for wait in waits.prefix(StatusWait.shown) { printText("waiting      \(wait.text)") }
        if waits.count > StatusWait.shown {
            printText("waiting      and \(waits.count - StatusWait.shown) more: --json")
        }
        if let driftLookedAt {
            printText("drift        compared at \(driftLookedAt.short), \(unmanaged) secrets without a schedule")
        }
        if let nextDue { printText("next due     \(nextDue.secret) at \(nextDue.at.short)") }
        for line in audit?.lines ?? [] { printText(line) }
    }

    func json(daemon: String, pid: Int32?) -> JSONValue {
        let fields: [String: JSONValue?] = [
            "daemon": .string(daemon),
            "pid": .number(pid.map(Int.init)),
            "hubs": isRead
                ? .object(Dictionary(uniqueKeysWithValues: hubs.map { ($0.name, .string($0.status.word)) })) : nil,
            "schedules": .number(isRead ? schedules : nil),
            "paused": .number(isRead ? paused : nil),
            "open_rotations": .number(isRead ? openRotations : nil),
            "waiting_requests": .number(isRead ? waits.count : nil),
            "waits": waits.isEmpty ? nil : .array(waits.map(\.json)),
            "next_due": .instant(nextDue?.at),
            "unmanaged_secrets": .number(isRead && driftLookedAt != nil ? unmanaged : nil),
            "drift_looked_at": .instant(driftLookedAt),
            "engine_idle_ms": .number(health.engine?.idleMilliseconds.map { Int($0) }),
            "slot_lateness_p99_ms": .number(health.engine?.lateness.map { Int($0.p99) }),
            "slot_lateness_max_ms": .number(health.engine?.lateness.map { Int($0.longest) }),
            "slots_seen": .number(health.engine?.lateness?.slots),
            "log_lines_dropped": .number(health.log?.linesDropped),
            "problems": .array(problems.map(\.json)),
        ]
        return .fields(fields.merging(audit?.json ?? [:]) { $1 })
    }
}
