package import Logging
package import RotationConfiguration
import RotationCore
package import RotationStore
package import Scheduling
import Synchronization
import TransparencyLog

/// Signs the head of the log: when the daemon starts and ends, after 1,000 entries, and after `audit.checkpoint_every` if there
/// are new entries. Each checkpoint goes to the daemon's log and to `audit.checkpoint_file`.
///
/// If a head can't be signed or written, that is logged, is a problem of the daemon's health, and is tried again within a minute: a
/// rotation never waits for it.
package actor CheckpointKeeper {
    private let store: RotationStore
    private let configuration: @Sendable () -> Configuration
    private let logger: Logger
    /// The size of the last checkpoint that was written to the file.
    private var written: UInt64?

    /// Entries after which the head is signed, however long that took.
    package static let entries = 1000

    /// The longest time after a failure until it is tried again.
    private static let retry = Duration.seconds(60)

    /// Why the newest head is not signed or not in its file.
    package struct Trouble: Hashable, Sendable {
        package var text: String
        package var since: Instant
    }

    private nonisolated let failure = Mutex<Trouble?>(nil)
    /// Why the newest head is not signed or not in its file; nil if it is, or if no key is configured.
    package nonisolated var trouble: Trouble? { failure.withLock { $0 } }

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

    /// How long new entries wait for a signature, and a failure for the next try.
    private var interval: Duration {
        let every = configuration().audit.checkpointEvery
        return trouble == nil ? every : min(every, Self.retry)
    }

    /// Waits until the head is to be signed again.
    ///
    /// - Parameter position: The newest commit that was counted.
    /// - Returns: false where the task was cancelled or the stream has ended.
    private func isDue(after position: inout Int64) async -> Bool {
        let isRetry = trouble != nil
        var (count, end) = (0, ContinuousClock.now + interval)
        while !Task.isCancelled {
            switch await store.stream.next(after: position, until: end) {
            case .commits(let commits)?:
                position = commits.last?.number ?? position
                count += commits.reduce(0) { $0 + $1.changes.entries.count }
                // With a restored history that was accepted: from its next checkpoint on it is the newest one.
                if count >= Self.entries || commits.contains(where: \.changes.isWide) { return true }
            case .readAgain?:
                position = store.stream.position
                return true
            case .ended?: return false
            case nil where count > 0 || isRetry: return !Task.isCancelled
            case nil: end = .now + interval
            }
        }
        return false
    }

    /// Signs the head, where a key is configured.
    package func sign() async {
        let configuration = configuration()
        guard configuration.auditKey != nil else { return failure.withLock { $0 = nil } }
        let now = SystemClock().now
        do {
            let signed = try await store.withLedger { ledger in
                try ledger.signCheckpoint(with: try configuration.readAuditKey(), now: now)
            }
            try write(signed, configuration)
            failure.withLock { $0 = nil }
        } catch {
            let text = "\(error)"
            let isNew = failure.withLock { failure in
                defer { failure = Trouble(text: text, since: failure?.since ?? now) }
                return failure?.text != text
            }
            if isNew { logger.error("the audit log's head is not signed: \(text)") }
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
