package import Logging
package import RotationConfiguration
import RotationCore
package import RotationStore
import Scheduling
import TransparencyLog

/// Signs the head of the log at the start and at the end of the daemon, and after `audit.checkpoint_every` or 1,000 entries in
/// between; each checkpoint goes to the journal and to `audit.checkpoint_file`.
///
/// What can't be signed or written is logged, and tried again with the next one: a rotation never waits for it.
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

    /// Signs until its task is cancelled, and once more then.
    package func run() async {
        await sign()
        var position = store.stream.position
        var (count, since) = (0, ContinuousClock.now)
        while !Task.isCancelled {
            let isDue = await Self.wait(
                until: since + configuration().audit.checkpointEvery,
                store.stream,
                after: position
            )
            switch isDue {
            case .commits(let commits)?:
                position = commits.last?.number ?? position
                count += commits.reduce(0) { $0 + $1.changes.entries.count }
                // A restored history was accepted: from its next checkpoint on it is the newest one.
                if commits.contains(where: \.changes.isWide) { count = max(count, Self.entries) }
            case .readAgain?: (position, count) = (store.stream.position, Self.entries)
            case .ended?: return
            case nil: break
            }
            let isOver = isDue == nil && count > 0 && !Task.isCancelled
            guard count >= Self.entries || isOver else {
                if isDue == nil { since = .now }
                continue
            }
            await sign()
            (count, since) = (0, .now)
        }
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
