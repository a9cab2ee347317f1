import RotationCore
import RotationDaemon
import Scheduling

extension StatusProblem {
    /// The problem of a difference between a hub and the history.
    ///
    /// - Returns: nil for an unmanaged secret, which is no problem, and for an overdue one, which the schedule itself tells.
    init?(_ stored: StoredFinding) {
        let (secret, finding) = (stored.secret, stored.finding)
        subject = "\(secret)"
        since = stored.since
        switch finding.kind {
        case .changed:
            let when = finding.updatedAt.map { " of \(Instant(milliseconds: $0).short)" } ?? ""
            let who = finding.lastUpdatedBy.map { " by user \($0)" } ?? ""
            kind = .secretChanged
            text = "changed by another client: the hub shows an update\(when)\(who) that is not ours"
            advice = "find out who has changed it, and what; rotate-now \(secret) puts a new value in force"
        case .missing:
            kind = .secretMissing
            text = "has a schedule, and the hub does not list it"
            advice = "secret create \(secret), or: schedule remove \(secret); drift compares again"
        case .unknownChange:
            let when = finding.at.map { " at \($0.short)" } ?? ""
            kind = .changeUnknown
            text = "the hub's audit log has a change\(when) for which there is no attempt of ours"
            advice = "find out who has changed it, and what; rotate-now \(secret) puts a new value in force"
        case .unmanaged, .overdue: return nil
        }
    }
}
