import RotationConfiguration
import RotationCore
import RotationDaemon
import RotationStore
import Scheduling

/// A problem that needs a person: what is wrong, since when, and what to do next.
struct StatusProblem {
    /// The kind of problem; the raw value is stable, for monitoring.
    enum Kind: String {
        case rowUnreadable = "row_unreadable"
        case hubSuspended = "hub_suspended"
        case hubPaused = "hub_paused"
        case hubMissing = "hub_missing"
        case rotationParked = "rotation_parked"
        case rotationSlow = "rotation_slow"
        case rotationStalled = "rotation_stalled"
        case rotationUnconfirmed = "rotation_unconfirmed"
        case finishFailed = "finish_failed"
        case finishHeld = "finish_held"
        case requestWaiting = "request_waiting"
        case slotWaiting = "slot_waiting"
        case sourceUnusable = "source_unusable"
        case scheduleFailing = "schedule_failing"
        case scheduleOverdue = "schedule_overdue"
        case configurationRejected = "configuration_rejected"
        case candidateKept = "candidate_kept"
        case valueUnknown = "value_unknown"
        case secretChanged = "secret_changed"
        case secretMissing = "secret_missing"
        case changeUnknown = "unknown_change"
        case historyUnreadable = "history_unreadable"
        case storageFailed = "storage_failed"
        case storageLocked = "storage_locked"
        case storageReplaced = "storage_replaced"
        case historyBehind = "history_behind"
        case historyCopyFailed = "history_copy_failed"
        case historyForked = "history_forked"
        case witnessAway = "witness_away"
        case checkpointsUnsigned = "checkpoints_unsigned"
        case streamReceiverAway = "stream_receiver_away"
        case fenceLost = "fence_lost"
        case engineStalled = "engine_stalled"
        case clockUnsynchronised = "clock_unsynchronised"
        case logBlocked = "log_blocked"
    }

    var kind: Kind
    var subject: String
    /// The start of the problem; nil if it is not known.
    var since: Instant?
    var text: String
    var advice: String

    /// The problem for `--json`.
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
            advice: "restore it from a backup, or remove it"
        )
    }

    /// A configuration that the daemon did not load.
    static func configurationRejected(_ time: String) -> StatusProblem {
        .init(
            kind: .configurationRejected,
            subject: "configuration",
            since: Instant(rfc3339: time),
            text: "was not reloaded, because it is not valid: the old one stays in force",
            advice: "secret-rotator check, then: systemctl reload secret-rotator"
        )
    }

    /// A history that can't be read while a daemon runs.
    static func unreadableHistory(_ reason: String) -> StatusProblem {
        .init(
            kind: .historyUnreadable,
            subject: "history",
            text: reason,
            advice: "the state of rotations is not known: see the daemon's log, journalctl -u secret-rotator"
        )
    }

    /// A candidate of a rotation that the history does not know.
    static func kept(_ candidate: KeptCandidate) -> StatusProblem {
        .init(
            kind: .candidateKept,
            subject: "rotation \(candidate.rotation)",
            since: candidate.since,
            text: "its candidate is kept, but the history does not know that rotation",
            advice: "restore the history that knows it; or erase the candidate: "
                + "rotation abandon \(candidate.rotation) --reason …"
        )
    }

    /// A secret whose value in force is unknown: its `updated_at` has changed without a request of ours.
    static func unknownValue(of secret: SecretName, since: Instant) -> StatusProblem {
        .init(
            kind: .valueUnknown,
            subject: "\(secret)",
            since: since,
            text: "the hub shows an update that no rotation has made: the value in force is unknown",
            advice: "find out who has changed it; rotate-now \(secret) puts a new value in force"
        )
    }

    /// A schedule whose hub is not configured.
    static func orphan(_ secret: SecretName) -> StatusProblem {
        .init(
            kind: .hubMissing,
            subject: "\(secret)",
            text: "its hub is not in the configuration, so it is not rotated",
            advice: "put the hub back, or: schedule remove \(secret)"
        )
    }
}

extension StatusProblem {
    /// The problem of a suspended hub; nil if it is not suspended.
    ///
    /// - Parameter token: The source of its token; nil if the hub is not configured.
    init?(suspended name: String, _ status: HubStatus, token: Configuration.FileReference?) {
        guard case .suspended(let suspension) = status else { return nil }
        kind = .hubSuspended
        subject = "hub \(name)"
        since = suspension.since
        text = "suspended: \(suspension.reason.rawValue), next probe \(suspension.probeAt.short)"
        advice =
            switch suspension.reason {
            case .unauthorized, .noToken: Self.tokenAdvice(token)
            default:
                "check its url and the network; it continues by itself once the hub answers, or at once: "
                    + "hub resume \(name) --reason …"
            }
    }

    /// The problem of a hub whose pause is long, or makes a slot or request wait too long.
    init(paused name: String, _ pause: OverlongPause) {
        let waiting = pause.waiting == 1 ? "1 slot or request waits" : "\(pause.waiting) slots and requests wait"
        kind = .hubPaused
        subject = "hub \(name)"
        since = pause.since
        text = "paused until \(pause.until.short) after HTTP 429: \(waiting)"
        advice = "it continues by itself; or, once the hub's limit is raised: hub resume \(name) --reason …"
    }
}
