import ControlAPI
import RotationCore

extension DaemonHealth {
    /// What everybody may know: whether it rotates, and of which kind a problem is that keeps it from it.
    var withoutDetails: DaemonHealth {
        DaemonHealth(
            role: role,
            engine: engine.map { EngineHealth(stuckSince: $0.stuckSince) },
            clockHeldSince: clockHeldSince,
            storage: storage.map {
                StorageHealth(problem: $0.problem, text: $0.problem.summary + " (operators see more)", since: $0.since)
            },
            copy: copy.map { CopyHealth(text: "it can't be written (operators see more)", since: $0.since) }
        )
    }
}

extension StorageTrouble.Kind {
    /// What everybody may know of it.
    fileprivate var summary: String {
        switch self {
        case .failed: "the history can't be read or written"
        case .locked: "another process holds a lock on the database"
        case .replaced: "a file of the database was deleted or replaced"
        case .behind: "the history is not the newest one"
        case .fenceLost: "another daemon has taken over"
        }
    }
}
