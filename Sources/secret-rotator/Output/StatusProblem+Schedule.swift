import RotationCore
import RotationStore
import Scheduling

extension StatusProblem {
    /// What is wrong with a schedule of which no rotation is open; nil for nothing.
    ///
    /// - Parameter wait: Its slot, where that should have begun by now.
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
                advice: "see schedule show \(schedule.secret); it is tried again by itself"
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
                    ? "see to the tool that renews its file" : "rotate-now \(schedule.secret), or shorten its cadence"
            )
        }
        return wait.map(StatusProblem.init)
    }

    /// A wait that has lasted longer than it may.
    init(_ wait: OverlongWait) {
        let limit = DurationText.format(wait.limit)
        since = wait.since
        switch wait.subject {
        case .slot(let secret):
            kind = .slotWaiting
            subject = "\(secret)"
            text = "its slot passed, nothing stands in its way, and nothing has begun within \(limit)"
            advice = "see the daemon's log: journalctl -u secret-rotator"
        case .request(let secret):
            kind = .requestWaiting
            subject = "\(secret)"
            text = "a request waits, nothing stands in its way, and nothing has begun within \(limit)"
            advice = "see the daemon's log: journalctl -u secret-rotator"
        case .phase(let secret, let id, let phase):
            kind = .rotationStalled
            subject = "\(secret)"
            text = "rotation \(id) stays \(phase), which may take \(limit)"
            advice = "see rotation show \(id), and the daemon's log: journalctl -u secret-rotator"
        }
    }

    /// A source whose content is not to be delivered, or not any more.
    init(source secret: SecretName, _ problem: (text: String, since: Instant)) {
        kind = .sourceUnusable
        subject = "\(secret)"
        since = problem.since
        text = "what its file holds is not valid: \(problem.text)"
        advice = "see to the tool that renews it; secret-rotator check tells more"
    }
}
