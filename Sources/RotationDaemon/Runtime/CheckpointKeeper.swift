package import Logging
package import RotationConfiguration
import RotationCore
package import RotationStore
import Scheduling
import TransparencyLog

/// Signs the head of the log: when the daemon starts and ends, after 1,000 entries, and after `audit.checkpoint_every` if there
/// are new entries. Each checkpoint goes to the daemon's log and to `audit.checkpoint_file`.
///
/// If a head can't be signed or written, that is logged, and the next one is tried: a rotation never waits for it.
package actor CheckpointKeeper {
    private let store: RotationStore
    private let configuration: @Sendable () -> Configuration
    private let logger: Logger
    /// The size of the last checkpoint that was written to the file.
    private var written: UInt64?

    /// Entries after which the head is signed, however long that took.
    package static let entries = 1000

    package init(
        store: RotationStore,
        logger: Logger,
        configuration: @escaping @Sendable () -> Configuration
    ) {
        (self.store, self.logger, self.configuration) = (store, logger, configuration)
    }

    /// Signs at once, and whenever it is due, until its task is cancelled or the stream ends.
    package func run() async {
        var position = store.stream.position
        repeat { await sign() } while await isDue(after: &position)
    }

    /// Waits until the head is to be signed again.
    ///
    /// - Parameter position: The newest commit that was counted.
    /// - Returns: false where the task was cancelled or the stream has ended.
    private func isDue(after position: inout Int64) async -> Bool {
        var (count, end) = (0, ContinuousClock.now + configuration().audit.checkpointEvery)
        while !Task.isCancelled {
            switch await Self.wait(until: end, store.stream, after: position) {
            case .commits(let commits)?:
                position = commits.last?.number ?? position
                count += commits.reduce(0) { $0 + $1.changes.entries.count }
                // With a restored history that was accepted: from its next checkpoint on it is the newest one.
                if count >= Self.entries || commits.contains(where: \.changes.isWide) { return true }
            case .readAgain?:
                position = store.stream.position
                return true
            case .ended?: return false
            case nil where count > 0: return !Task.isCancelled
            case nil: end = .now + configuration().audit.checkpointEvery
            }
        }
        return false
    }

    /// What was committed after a position; nil where an instant came first, or the task was cancelled.
    private static func wait(
        until end: ContinuousClock.Instant,
        _ stream: CommitStream,
        after position: Int64
    ) async -> CommitStream.Next? {
        await withTaskGroup(of: CommitStream.Next?.self) { group in
            group.addTask { await stream.next(after: position) }
            group.addTask {
                try? await ContinuousClock().sleep(until: end)
                return nil
            }
            defer { group.cancelAll() }
            let next = await group.next() ?? nil
            return Task.isCancelled ? nil : next
        }
    }

    /// Signs the head, where a key is configured.
    package func sign() async {
        let configuration = configuration()
        guard configuration.auditKey != nil else { return }
        do {
            let now = SystemClock().now
            let signed = try await store.withLedger { ledger in
                try ledger.signCheckpoint(with: try configuration.readAuditKey(), now: now)
            }
            try write(signed, configuration)
        } catch {
            logger.error("the audit log's head is not signed: \(error)")
        }
    }

    private func write(_ signed: SignedCheckpoint, _ configuration: Configuration) throws {
        let size = signed.checkpoint.size
        guard written != size else { return }
        logger.notice(
            "checkpoint",
            metadata: ["size": "\(size)", "root": "\(signed.checkpoint.root)", "origin": "\(signed.checkpoint.origin)"]
        )
        if let path = configuration.audit.checkpointFile { try CheckpointFile(path: path).append(signed) }
        written = size
    }
}
