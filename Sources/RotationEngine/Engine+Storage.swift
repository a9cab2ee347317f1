import Logging
package import RotationCore
import Scheduling
import Synchronization

/// What the engine does about trouble with its storage.
extension Engine {
    /// How long the engine waits after storage has failed.
    static let storagePause = Duration.seconds(5)

    /// Why nothing is rotated, as the history can't be relied upon; nil where it can.
    nonisolated package var storageTrouble: StorageTrouble? { storageWatch.withLock { $0.trouble } }

    /// Begins nothing for a while, as storage has failed; nothing any more where another process has taken over.
    func pauseForStorage(_ error: any Error) {
        let now = clock.now
        let until = now.advanced(by: Self.storagePause)
        if storageWatch.withLock({ $0.noteFailure(error, now: now) }) {
            logger.critical("the history can't be written: nothing is rotated", metadata: ["error": "\(error)"])
        }
        storagePausedUntil = until
        alarm?.set(until)
        if error is FenceLost { stop() }
    }

    /// Records that files of the databases were deleted or replaced, once they are back: until then nothing can be recorded.
    func tellOfReplacement() async throws {
        guard let trouble = storageWatch.withLock({ $0.untoldReplacement }) else { return }
        let event = Audit.StorageReplaced(since: trouble.since)
        try await storage.append(AuditEntry(event, time: clock.now.rfc3339, actor: .daemon))
        storageWatch.withLock { $0.noteReplacementTold() }
    }
}
