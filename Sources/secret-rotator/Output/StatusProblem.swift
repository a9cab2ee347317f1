import AIHubClient
import AuditLog
import RotationEngine
import RotationStore
import Scheduling
import ValueGenerators

/// Something that a person must look at: what is wrong, since when, and what to do next.
struct StatusProblem {
    /// What kind of trouble it is; monitors tell them apart by the raw value.
    enum Kind: String {
        case rowUnreadable = "row_unreadable"
        case hubSuspended = "hub_suspended"
        case hubMissing = "hub_missing"
        case rotationParked = "rotation_parked"
        case rotationSlow = "rotation_slow"
        case scheduleFailing = "schedule_failing"
        case scheduleOverdue = "schedule_overdue"
        case configurationRejected = "configuration_rejected"
    }

    var kind: Kind
    var subject: String
    /// nil where nobody knows.
    var since: Instant?
    var text: String
    var advice: String

    /// A slot is overdue, and a rotation slow, when nothing has come of it for this long.
    private static let tolerance = Duration.seconds(120)

    /// The problem as `--json` has it.
    var json: JSONValue {
        .fields([
            "kind": .string(kind.rawValue),
            "subject": .string(subject),
            "since": .instant(since),
            "text": .string(text),
            "advice": .string(advice),
        ])
    }

    /// A row that can't be read.
    static func unreadable(_ row: UndecodableRow) -> StatusProblem {
        .init(
            kind: .rowUnreadable,
            subject: row.row,
            text: "can't be read",
            advice: "restore it from a back-up, or remove it"
        )
    }

    /// A configuration that the daemon did not load.
    static func configurationRejected(_ time: String) -> StatusProblem {
        .init(
            kind: .configurationRejected,
            subject: "configuration",
            since: Instant(rfc3339: time),
            text: "was not reloaded, as it is not valid: the old one stays in force",
            advice: "secret-rotator check, then: systemctl reload secret-rotator"
        )
    }

    /// A schedule whose hub is not configured.
    static func orphan(_ secret: SecretName) -> StatusProblem {
        .init(
            kind: .hubMissing,
            subject: "\(secret)",
            text: "its hub is not in the configuration: nobody rotates it",
            advice: "put the hub back, or: schedule remove \(secret)"
        )
    }
}

extension StatusProblem {
    /// What is wrong with a hub; nil for nothing.
    init?(hub name: String, _ status: HubStatus) {
        guard case .suspended(let suspension) = status else { return nil }
        kind = .hubSuspended
        subject = "hub \(name)"
        since = suspension.since
        text = "suspended: \(suspension.reason.rawValue), next probe \(suspension.probeAt.short)"
        advice =
            switch suspension.reason {
            case .unauthorized, .noToken: "renew its token file, then: systemctl reload secret-rotator"
            default: "see secret-rotator check; it goes on by itself once the hub answers"
            }
    }

    /// What is wrong with an open rotation; nil for nothing.
    init?(rotation stored: StoredRotation, _ history: History, now: Instant) throws {
        let rotation = stored.rotation
        subject = "\(rotation.secret)"
        since = rotation.openedAt
        if case .parked(let failure) = rotation.state.phase {
            kind = .rotationParked
            text = "rotation \(rotation.id) is parked: \(failure.kind)"
            let decision = rotation.state.needsDecision(steps: rotation.generator.steps) ? " --keep|--withdraw" : ""
            advice = "find out which value works, then: rotation abandon \(rotation.id)\(decision) --reason …"
            return
        }
        guard stored.endedAt == nil, rotation.openedAt.advanced(by: Self.tolerance) < now else { return nil }
        let error = try history.lastError(of: rotation.id).map { ", last error \($0)" } ?? ""
        let next = rotation.state.wakeAt.map { ", next try \($0.short)" } ?? ""
        kind = .rotationSlow
        if case .abandoning(let decision, _) = rotation.state.phase {
            text = "being abandoned: its generator's \(decision.step.rawValue) has not succeeded yet\(next)"
            advice = "see the daemon's log; it goes on by itself"
            return
        }
        text = "still rotating, \(rotation.state.tally.attempts) attempts\(error)\(next)"
        advice = "see rotation show \(rotation.id); it goes on by itself"
    }

    /// What is wrong with a schedule; nil for nothing.
    init?(schedule: Schedule, isBusy: Bool, _ history: History, now: Instant) throws {
        subject = "\(schedule.secret)"
        if schedule.failures > 0 {
            let last = try history.rotations(secret: schedule.secret, limit: 1).first
            let error = last?.error.map { ", last error \($0)" } ?? ""
            kind = .scheduleFailing
            since = try history.failingSince(schedule.secret)
            text = "failed \(schedule.failures) times\(error), next try \(schedule.nextDue.short)"
            advice = "see schedule show \(schedule.secret); it is tried again by itself"
            return
        }
        if let expired = schedule.overdueSince(now: now), let limit = schedule.definition.maxAge {
            kind = .scheduleOverdue
            since = expired
            text = "overdue: its value is older than \(DurationText.format(limit)), next due \(schedule.nextDue.short)"
            advice =
                schedule.definition.generator.isWatched
                ? "see to the tool that renews its file" : "rotate-now \(schedule.secret), or shorten its cadence"
            return
        }
        guard !isBusy, schedule.nextDue.advanced(by: Self.tolerance) < now else { return nil }
        kind = .scheduleOverdue
        since = schedule.nextDue
        text = "overdue: its slot passed and nothing has begun"
        advice = "see the hub above, and the daemon's log"
    }
}
