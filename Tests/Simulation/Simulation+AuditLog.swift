import RotationStore
import Scheduling
import TransparencyLog
import ValueGenerators

/// The audit log's tree: each life signs the head that it finds, and the final log extends all of them.
extension SimulatedDaemon {
    /// A published test key (golang.org/x/mod/sumdb/note, note_test.go): the same signatures in each run.
    static let auditKey = try? SignedNoteKey(
        fileText: "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz\n"
    )

    /// Signs the head of the log; a disk that fails, or another writer, lets nothing be signed.
    func signHead() async {
        guard let key = Self.auditKey else { return }
        let now = site.surroundings.time.now
        _ = try? await store.withLedger { try $0.signCheckpoint(with: key, now: now) }
    }
}

extension Simulation {
    /// Whether each line has its leaf, the stored head is that of the lines, and every signed checkpoint is a prefix of the log.
    func checkTheLog() throws {
        let history = try History(path: path, generators: BuiltInGenerators())
        defer { history.close() }
        guard let key = SimulatedDaemon.auditKey else { return judge.accuse("there is no key") }
        let result = try history.verify([], keys: [key.verifier])
        if let problem = result.problems.first { judge.accuse("the audit log: \(problem)") }
        if result.checkpoints == 0 { judge.accuse("no head of the audit log was signed") }
    }
}
