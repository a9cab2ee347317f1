import RotationCore
package import TransparencyLog

/// Reads checkpoints and proofs for witnesses: a proof reads the hashes of a whole log.
extension HistoryQueue {
    /// What there is to do for a witness.
    package struct Outlook: Sendable {
        /// The newest checkpoint.
        package let newest: Checkpoint
        /// Whether the witness has cosigned it.
        package let isCosigned: Bool
        /// What is known of the witness; nil where it was never asked.
        package let standing: WitnessStanding?
    }

    /// What there is to do for a witness; nil where nothing was signed yet.
    package func outlook(for witness: VerifierKey) throws -> Outlook? {
        try read { history in
            guard let newest = try history.newestCheckpoint() else { return nil }
            let name = witness.description
            return Outlook(
                newest: newest.checkpoint,
                isCosigned: (try? newest.cosignatures(of: [witness]))?.isEmpty == false,
                standing: try history.witnessStandings().first { $0.witness == name }
            )
        }
    }

    /// The request for a cosignature of the newest checkpoint, with the proof that it extends a tree of another size; nil where
    /// no checkpoint is so large, or leaves are missing.
    package func request(from old: UInt64) throws -> AddCheckpointRequest? {
        try read { try $0.cosignatureRequest(from: old) }
    }
}
