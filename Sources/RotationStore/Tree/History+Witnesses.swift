import SQLite
package import TransparencyLog

/// What witnesses are asked, and what is known of them.
extension History {
    /// What is known of all witnesses that were ever asked.
    package func witnessStandings() throws -> [WitnessStanding] {
        try WitnessTable.all(in: connection)
    }

    /// The newest checkpoint with its cosignatures; nil where none was signed.
    package func newestCheckpoint() throws -> SignedCheckpoint? {
        try snapshot {
            try CheckpointTable.newest(in: connection).map { try WitnessTable.cosigned($0, in: connection) }
        }
    }

    /// The request for a cosignature of the newest checkpoint, with the proof that it extends a tree of another size; nil where
    /// no checkpoint is so large, or leaves are missing.
    package func cosignatureRequest(from old: UInt64) throws -> AddCheckpointRequest? {
        try snapshot {
            guard let checkpoint = try CheckpointTable.newest(in: connection) else { return nil }
            return try consistency(from: old, to: checkpoint.checkpoint.size).map {
                AddCheckpointRequest(oldSize: old, proof: $0, checkpoint: checkpoint)
            }
        }
    }
}
