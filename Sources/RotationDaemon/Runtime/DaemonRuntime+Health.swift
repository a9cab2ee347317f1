package import ControlAPI
import Glibc
import RotationCore
import RotationEngine
import RotationStore
import Scheduling
import Synchronization

extension DaemonRuntime {
    /// The judgement whether the engine makes progress.
    var liveness: Liveness {
        Liveness(
            stall: { [progress = engine.progress] in progress.stall() },
            answer: { [self] in try await heartbeat() }
        )
    }

    /// The health of the daemon.
    ///
    /// It does not wait for engine and store, because they may hang.
    package var health: DaemonHealth {
        let progress = engine.progress
        let stuckSince = progress.stall().map { SystemClock().now.advanced(by: .zero - $0) }
        let idle = progress.rest.map { Int64($0 / .milliseconds(1)) }
        return DaemonHealth(
            pid: getpid(),
            role: DaemonRole(rawValue: lock.role.rawValue),
            log: logHealth(),
            engine: EngineHealth(
                idleMilliseconds: idle,
                stuckSince: stuckSince,
                lateness: progress.lateness.map(SlotLateness.init)
            ),
            clockHeldSince: engine.clockHeldSince,
            storage: storageHealth,
            copy: copier.trouble.map { CopyHealth(text: $0.text, since: $0.since) },
            stream: outlets.streamStanding.trouble(at: SystemClock().now).map {
                StreamHealth(text: $0.text, since: $0.since)
            },
            checkpoint: signing.withLock { $0?.keeper.trouble }.map {
                CheckpointHealth(text: $0.text, since: $0.since)
            }
        )
    }

    /// How long a write may wait for another process's lock before that is a problem.
    private static let longestLockWait = Duration.seconds(1)

    /// The problem of the databases; nil if there is none.
    private var storageHealth: StorageHealth? {
        if let trouble = engine.storageTrouble {
            return StorageHealth(problem: trouble.kind, text: trouble.text, since: trouble.since)
        }
        let now = SystemClock().now
        if let replaced = store.replaced {
            // The engine detects it in its next pass, and then knows since when.
            engine.wake()
            return StorageHealth(problem: .replaced, text: "\(replaced)", since: now)
        }
        guard let (locked, elapsed) = store.lockWait, elapsed > Self.longestLockWait else { return nil }
        return StorageHealth(problem: .locked, text: "\(locked)", since: now.advanced(by: .zero - elapsed))
    }
}

extension SlotLateness {
    /// Converts the engine's lateness to whole milliseconds.
    fileprivate init(_ lateness: Lateness) {
        func milliseconds(_ duration: Duration) -> Int64 { Int64(duration / .milliseconds(1)) }
        self.init(
            slots: lateness.count,
            median: milliseconds(lateness.median),
            p99: milliseconds(lateness.p99),
            longest: milliseconds(lateness.longest)
        )
    }
}
