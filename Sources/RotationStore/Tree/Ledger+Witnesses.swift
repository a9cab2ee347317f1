package import RotationCore
package import Scheduling
package import TransparencyLog

extension Ledger {
    /// Keeps a witness's cosignature of a checkpoint, audited if it is its first one, or the first one after a failure.
    package func addCosignature(
        _ cosignature: VerifiedSignature,
        of checkpoint: Checkpoint,
        now: Instant
    ) throws {
        try transaction {
            try WitnessTable.insert(cosignature, of: checkpoint, at: now, in: connection)
            // The checkpoint's note has changed, so its readers look again.
            recorder.setCheckpoint()
            var standing = try standing(of: cosignature.key)
            let (size, name) = (Int64(clamping: checkpoint.size), cosignature.key.name.description)
            let news = standing.cosign(size: size, name: name, now: now)
            try WitnessTable.write(standing, in: connection)
            if let news { try record(AuditEntry(news, time: now.rfc3339, actor: .daemon)) }
        }
    }

    /// Remembers that a witness fails, audited once when that begins; a failure that is known changes nothing.
    ///
    /// - Returns: Whether it was news.
    @discardableResult
    package func noteFailure(_ failure: Audit.WitnessFailed, of witness: VerifierKey, now: Instant) throws -> Bool {
        try transaction {
            var standing = try standing(of: witness)
            guard standing.fail(failure.error, now: now) else { return false }
            try WitnessTable.write(standing, in: connection)
            try record(AuditEntry(failure, time: now.rfc3339, actor: .daemon))
            return true
        }
    }

    private func standing(of witness: VerifierKey) throws -> WitnessStanding {
        let name = witness.description
        return try WitnessTable.standing(of: name, in: connection) ?? WitnessStanding(witness: name)
    }

    /// A checkpoint with its cosignatures after the log's own signature.
    package func cosigned(_ checkpoint: SignedCheckpoint) throws -> SignedCheckpoint {
        try WitnessTable.cosigned(checkpoint, in: connection)
    }
}
