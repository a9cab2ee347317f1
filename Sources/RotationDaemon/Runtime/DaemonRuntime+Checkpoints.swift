import Glibc
import Logging
import RotationConfiguration
import RotationCore
import RotationStore
import Scheduling
import Synchronization
import TransparencyLog

/// The signed checkpoints of the audit log: the history is held against them, and they are continued.
extension DaemonRuntime {
    func startSigning() {
        let keeper = CheckpointKeeper(store: store, logger: logger) { [self] in configuration }
        signing.withLock { $0 = (keeper, Task { await keeper.run() }) }
    }

    /// Signs the last entry, unless another process is the writer now.
    func endSigning() async {
        guard let (keeper, task) = signing.withLock({ $0 }) else { return }
        task.cancel()
        await task.value
        if fenceLost == nil { await keeper.sign() }
    }

    /// Holds all rotations where the history does not extend the last checkpoint of `audit.checkpoint_file`.
    func holdUnlessCheckpointsAgree() async throws {
        guard let path = configuration.audit.checkpointFile, access(path, F_OK) == 0 else { return }
        let last: SignedCheckpoint?
        do { last = try await newestCheckpoint(in: CheckpointFile(path: path)) } catch {
            return logger.error("the checkpoint file can't be read: \(error)")
        }
        guard let last,
            let behind = try await store.withLedger({
                try $0.holdUnlessExtends(last.checkpoint, now: SystemClock().now)
            })
        else { return }
        logger.critical("\(behind)")
    }

    /// The last checkpoint of a file that a key of this log has signed; without a key that can be read, the last one.
    ///
    /// Who can write the file must not be able to hold the daemon.
    private func newestCheckpoint(in file: CheckpointFile) async throws -> SignedCheckpoint? {
        let kept = try file.read()
        guard let key = try? configuration.readAuditKey().verifier else { return kept.last }
        let keys = try await store.withLedger { try $0.history.linkedKeys([key]) }
        return kept.last { (try? $0.verify(logKeys: keys)) != nil }
    }
}
