import ControlAPI
import Notifications
import RotationConfiguration
import RotationCore
import RotationStore
import Scheduling

/// The conditions that are open now, from the history: the part of the problems of `status` that people are told of.
struct OpenConditions: Sendable {
    private(set) var all: [Condition.Key: Condition] = [:]
    /// When the next value becomes overdue; nil for none.
    private(set) var nextOverdue: Instant?

    /// How many open rotations are read at most.
    private static let mostRotations = 100_000

    init() {}

    /// Reads one state of the history.
    init(_ history: History, _ configuration: Configuration, now: Instant) throws {
        try history.forEachSchedule { schedule in
            guard !schedule.isPaused(at: now), configuration.hubs[schedule.secret.hub] != nil else { return }
            try add(schedule, history, now: now)
        }
        for stored in try history.rotations(openOnly: true, limit: Self.mostRotations) { add(stored) }
        for hub in configuration.hubs.keys { add(try history.hubStatus(hub), of: hub) }
        for stored in try history.driftFindings() where configuration.hubs[stored.secret.hub] != nil { add(stored) }
        for unknown in try history.unknownValues() { add(unknownValueOf: unknown.secret, since: unknown.since) }
        for candidate in try history.keptCandidates() { add(candidate) }
        for standing in try history.witnessStandings() { add(standing, configuration, now: now) }
    }

    /// Adds what the daemon knows of its databases without reading them.
    mutating func add(_ health: DaemonHealth) {
        if let storage = health.storage {
            let isBehind = storage.problem == .behind
            add(
                Condition(
                    isBehind ? .held : .audit,
                    isBehind ? "history_behind" : "storage_\(storage.problem.rawValue)",
                    subject: "storage",
                    occurrence: "",
                    since: storage.since,
                    text: "nothing is rotated: \(storage.text)"
                )
            )
        }
        if let copy = health.copy {
            let text = "auditors read an older state of the history: \(copy.text)"
            add(
                Condition(
                    .audit,
                    "history_copy_failed",
                    subject: "history copy",
                    occurrence: "",
                    since: copy.since,
                    text: text
                )
            )
        }
        if let stream = health.stream { add(stream) }
        if let checkpoint = health.checkpoint { add(checkpoint) }
    }

    private mutating func add(_ checkpoint: CheckpointHealth) {
        add(
            Condition(
                .audit,
                "checkpoints_unsigned",
                subject: "audit log",
                occurrence: "",
                since: checkpoint.since,
                text: "its head is not signed: \(checkpoint.text)"
            )
        )
    }

    private mutating func add(_ stream: StreamHealth) {
        add(
            Condition(
                .audit,
                "stream_receiver_away",
                subject: "audit stream",
                occurrence: "",
                since: stream.since,
                text: "its receiver does not get the entries: \(stream.text)"
            )
        )
    }

    private mutating func add(_ condition: Condition) {
        all[condition.key] = condition
    }

    // MARK: Kinds

    private mutating func add(_ schedule: Schedule, _ history: History, now: Instant) throws {
        let subject = "\(schedule.secret)"
        if schedule.failures > 0 {
            let since = try history.failingSince(schedule.secret)
            let times = schedule.failures == 1 ? "once" : "\(schedule.failures) times"
            let text = "fails to rotate: failed \(times)"
            add(Condition(.failing, "schedule_failing", subject: subject, occurrence: "", since: since, text: text))
        }
        guard let expiry = schedule.expiry else { return }
        if schedule.overdueSince(now: now) == nil {
            nextOverdue = min(nextOverdue ?? expiry, expiry)
        } else {
            let text = "is overdue: its value is older than its schedule allows"
            let occurrence = expiry.rfc3339
            add(
                Condition(
                    .overdue,
                    "schedule_overdue",
                    subject: subject,
                    occurrence: occurrence,
                    since: expiry,
                    text: text
                )
            )
        }
    }

    private mutating func add(_ stored: StoredRotation) {
        let rotation = stored.rotation
        let condition = { (kind: Condition.Kind, problem: String, since: Instant?, text: String) in
            Condition(
                kind,
                problem,
                subject: "\(rotation.secret)",
                occurrence: rotation.id.rawValue,
                since: since,
                text: text
            )
        }
        switch rotation.state.phase {
        case .parked:
            let text = "rotation \(rotation.id) is parked and waits for a decision"
            add(condition(.parked, "rotation_parked", rotation.openedAt, text))
        case .finishHeld:
            let text = "no list can confirm the new value: the old credential is not retired"
            add(condition(.held, "finish_held", stored.endedAt, text))
        case .finishFailed:
            add(condition(.held, "finish_failed", stored.endedAt, "the old credential could not be retired"))
        default: break
        }
    }

    private mutating func add(_ status: HubStatus, of hub: String) {
        guard case .suspended(let suspension) = status else { return }
        add(
            Condition(
                .suspended,
                "hub_suspended",
                subject: "hub \(hub)",
                occurrence: suspension.since.rfc3339,
                since: suspension.since,
                text: "is suspended: \(suspension.reason.rawValue)"
            )
        )
    }

    private mutating func add(_ stored: StoredFinding) {
        let words: (problem: String, text: String)
        switch stored.finding.kind {
        case .changed: words = ("secret_changed", "was changed by another client")
        case .missing: words = ("secret_missing", "has a schedule, and the hub does not list it")
        case .unknownChange: words = ("unknown_change", "was changed without an attempt of ours")
        case .unmanaged, .overdue: return
        }
        add(
            Condition(
                .drift,
                words.problem,
                subject: "\(stored.secret)",
                occurrence: stored.since.rfc3339,
                since: stored.since,
                text: words.text
            )
        )
    }

    private mutating func add(unknownValueOf secret: SecretName, since: Instant) {
        let text = "shows an update that no rotation has made: the value in force is unknown"
        add(
            Condition(
                .drift,
                "value_unknown",
                subject: "\(secret)",
                occurrence: since.rfc3339,
                since: since,
                text: text
            )
        )
    }

    private mutating func add(_ candidate: KeptCandidate) {
        add(
            Condition(
                .held,
                "candidate_kept",
                subject: "rotation \(candidate.rotation)",
                occurrence: "",
                since: candidate.since,
                text: "its candidate is kept, but the history does not know that rotation"
            )
        )
    }

    private mutating func add(_ standing: WitnessStanding, _ configuration: Configuration, now: Instant) {
        guard let failure = standing.failure,
            configuration.audit.witnesses.contains(where: { $0.key == standing.witness })
        else { return }
        let name = standing.witness.split(separator: "+").first.map(String.init) ?? standing.witness
        let isFork = failure.error.isOtherHistory
        guard failure.isProblem(at: now) else { return }
        add(
            Condition(
                .audit,
                isFork ? "history_forked" : "witness_away",
                subject: "witness \(name)",
                occurrence: failure.since.rfc3339,
                since: failure.since,
                text: isFork ? "has cosigned another history than this one" : "does not cosign checkpoints"
            )
        )
    }
}
