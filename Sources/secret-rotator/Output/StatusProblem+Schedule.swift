import RotationCore
import RotationStore
import Scheduling

extension StatusProblem {
    /// The problem of a schedule without an open rotation; nil if there is none.
    ///
    /// - Parameter wait: The wait of its slot, where a rotation should have begun by now.
    static func about(
        schedule: Schedule,
        wait: OverlongWait?,
        _ history: History,
        now: Instant
    ) throws -> StatusProblem? {
        if schedule.failures > 0 {
            let last = try history.rotations(secret: schedule.secret, limit: 1).first
            let error = last?.failure.map { ", last error \($0.text)" } ?? ""
            return StatusProblem(
                kind: .scheduleFailing,
                subject: "\(schedule.secret)",
                since: try history.failingSince(schedule.secret),
                text:
                    "failed \(Wording.times(schedule.failures))\(error), next try \(schedule.nextDue.shortOrOnChange)",
                advice: "see schedule show \(schedule.secret); it is retried by itself"
            )
        }
        if let expired = schedule.overdueSince(now: now), let limit = schedule.definition.maxAge {
            let isWatched = schedule.definition.generator.isWatched
            return StatusProblem(
                kind: .scheduleOverdue,
                subject: "\(schedule.secret)",
                since: expired,
                text:
                    "overdue: its value is older than \(DurationText.format(limit)), next due \(schedule.nextDue.shortOrOnChange)",
                advice: isWatched
                    ? "check the tool that renews its file" : "rotate-now \(schedule.secret), or shorten its cadence"
            )
        }
        return wait.map(StatusProblem.init)
    }

    /// The problem of a wait that is longer than its limit.
    init(_ wait: OverlongWait) {
        let limit = DurationText.format(wait.limit)
        since = wait.since
        switch wait.subject {
        case .slot(let secret):
            kind = .slotWaiting
            subject = "\(secret)"
            text = "its slot has no obstacle, but no rotation has begun within \(limit)"
            advice = "see the daemon's log: journalctl -u secret-rotator"
        case .request(let secret):
            kind = .requestWaiting
            subject = "\(secret)"
            text = "its request has no obstacle, but no rotation has begun within \(limit)"
            advice = "see the daemon's log: journalctl -u secret-rotator"
        case .phase(let secret, let id, let phase):
            kind = .rotationStalled
            subject = "\(secret)"
            text = "rotation \(id) has been \(phase) for longer than \(limit)"
            advice = "see rotation show \(id), and the daemon's log: journalctl -u secret-rotator"
        }
    }

    /// The problem of a source whose content is not valid, or no longer valid.
    init(source secret: SecretName, _ problem: (text: String, since: Instant)) {
        kind = .sourceUnusable
        subject = "\(secret)"
        since = problem.since
        text = "the content of its file is not valid: \(problem.text)"
        advice = "check the tool that renews it; secret-rotator check shows more"
    }
}
