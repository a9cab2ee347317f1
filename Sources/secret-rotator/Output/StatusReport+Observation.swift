import ControlAPI
import Reporting
import RotationConfiguration
import RotationCore
import RotationDaemon
import Scheduling

extension StatusReport {
    /// The problems of `status`, for the metrics and the status page of the daemon in this process.
    static func problems(_ configuration: Configuration, _ health: DaemonHealth, now: Instant) -> [ProblemNote] {
        var report = StatusReport.unread
        // The file at the path may no longer be the one that the daemon has open.
        if health.storage?.problem != .replaced {
            do { report = try StatusReport(configuration, now: now) } catch {
                report = .unreadable(ControlFailure(describing: error).message)
            }
        }
        report.put(health, StatusProblem.list(daemon: health, pid: health.pid, now: now))
        return report.problems.map { problem in
            ProblemNote(
                kind: problem.kind.rawValue,
                subject: problem.subject,
                since: problem.since,
                text: problem.text,
                advice: problem.advice
            )
        }
    }
}
