import ControlAPI
import RotationCore
import RotationEngine
import Scheduling

/// Problems of the daemon itself, from its answer to a ping.
extension StatusProblem {
    /// How long dropped log lines count as a problem.
    private static let dropTolerance = Duration.seconds(3600)

    /// - Parameter pid: The daemon's.
    static func list(daemon health: DaemonHealth, pid: Int32?, now: Instant) -> [StatusProblem] {
        [
            health.storage.map(storage), stalled(health.engine), held(health.clockHeldSince),
            blocked(health.log, pid: pid, now: now), health.copy.map(copy),
            health.stream.map(stream), health.checkpoint.map(checkpoint),
        ].compactMap { $0 }
    }

    private static func storage(_ health: StorageHealth) -> StatusProblem {
        let (kind, advice): (Kind, String) =
            switch health.problem {
            case .failed:
                (.storageFailed, "check the disk and the folder's permissions; the daemon continues by itself")
            case .locked:
                (
                    .storageLocked,
                    "find the process that has it open (fuser, lsof), and end it; the daemon continues by itself"
                )
            case .replaced: (.storageReplaced, "put it back, or: systemctl restart secret-rotator")
            case .behind:
                (.historyBehind, "put the newest copy back, or: secret-rotator restore --accept --reason …")
            case .fenceLost: (.fenceLost, "find the other daemon, and stop one of the two")
            }
        return .init(
            kind: kind,
            subject: "storage",
            since: health.since,
            text: "nothing is rotated: \(health.text)",
            advice: advice
        )
    }

    private static func copy(_ health: CopyHealth) -> StatusProblem {
        .init(
            kind: .historyCopyFailed,
            subject: "history copy",
            since: health.since,
            text: "auditors read an older state: \(health.text)",
            advice: "check the disk and the folder's permissions; rotations continue, and the copy recovers by itself"
        )
    }

    private static func stream(_ health: StreamHealth) -> StatusProblem {
        .init(
            kind: .streamReceiverAway,
            subject: "audit stream",
            since: health.since,
            text: "its receiver does not get the entries: \(health.text)",
            advice:
                "check what listens at the socket of audit.stream; rotations continue, and it gets what it has missed"
        )
    }

    private static func checkpoint(_ health: CheckpointHealth) -> StatusProblem {
        .init(
            kind: .checkpointsUnsigned,
            subject: "audit log",
            since: health.since,
            text: "its head is not signed: \(health.text)",
            advice:
                "see keys.audit and audit.checkpoint_file; a credential needs LoadCredential= in the unit and a restart"
        )
    }

    private static func held(_ since: Instant?) -> StatusProblem? {
        guard let since else { return nil }
        return .init(
            kind: .clockUnsynchronised,
            subject: "clock",
            since: since,
            text: "was set, and no time service confirms it: slots wait, requests do not",
            advice: "timedatectl set-ntp true; or, if it is right: systemctl reload secret-rotator"
        )
    }

    private static func stalled(_ engine: EngineHealth?) -> StatusProblem? {
        guard let since = engine?.stuckSince else { return nil }
        let minutes = PassProgress.longestPass.components.seconds / 60
        return .init(
            kind: .engineStalled,
            subject: "engine",
            since: since,
            text: "is stuck: a pass for due work should start each minute and end within \(minutes) minutes",
            advice: "save the log, then: systemctl restart secret-rotator"
        )
    }

    private static func blocked(_ log: LogHealth?, pid: Int32?, now: Instant) -> StatusProblem? {
        guard let log else { return nil }
        let isRecent = log.droppedAt.map { $0.duration(to: now) < dropTolerance } ?? false
        guard log.blockedSince != nil || isRecent else { return nil }
        let lines = log.linesDropped == 1 ? "1 line was" : "\(log.linesDropped) lines were"
        let isBlocked = log.blockedSince == nil ? "was" : "is"
        return .init(
            kind: .logBlocked,
            subject: "log",
            since: log.blockedSince ?? log.droppedAt,
            text: "standard error \(isBlocked) not read: \(lines) dropped since the daemon's start; rotations go on",
            advice: "see what reads it: ls -l /proc/\(pid.map { "\($0)" } ?? "PID")/fd/2; "
                + "for the journal: systemctl status systemd-journald"
        )
    }
}
