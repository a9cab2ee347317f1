import ControlAPI
import RotationCore

extension DaemonHealth {
    /// The health for callers without a role: whether the daemon rotates, and the kind of problem if not.
    var withoutDetails: DaemonHealth {
        DaemonHealth(
            role: role,
            engine: engine.map { EngineHealth(stuckSince: $0.stuckSince) },
            clockHeldSince: clockHeldSince,
            storage: storage.map {
                StorageHealth(problem: $0.problem, text: $0.problem.summary + " (operators see more)", since: $0.since)
            },
            copy: copy.map { CopyHealth(text: "it can't be written (operators see more)", since: $0.since) },
            stream: stream.map { StreamHealth(text: "operators see more", since: $0.since) },
            checkpoint: checkpoint.map { CheckpointHealth(text: "operators see more", since: $0.since) }
        )
    }
}

extension StorageTrouble.Kind {
    /// The summary for callers without a role.
    fileprivate var summary: String {
        switch self {
        case .failed: "the history can't be read or written"
        case .locked: "another process holds a lock on the database"
        case .replaced: "a file of the database was deleted or replaced"
        case .behind: "the history is older than the newest one"
        case .fenceLost: "another daemon has taken over"
        }
    }
}
