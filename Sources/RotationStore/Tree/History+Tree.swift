import RotationCore
import SQLite
package import TransparencyLog

/// What auditors check: the log against its tree, and both against what was signed.
extension History {
    /// Checks all entries against their leaves, the head of the tree and signed checkpoints: those that the database keeps, and
    /// others that were kept elsewhere; and the outcomes of rotations against the entries.
    ///
    /// - Parameters:
    ///   - kept: Checkpoints from other places, by whatever name a reader knows them.
    ///   - keys: The log's verifier keys, and by them those of signed changes; where none is given, no signature is checked.
    ///   - witnesses: The keys of witnesses whose stored cosignatures are checked.
    package func verify(
        _ kept: [SignedCheckpoint],
        keys: [VerifierKey],
        witnesses: [VerifierKey] = []
    ) throws -> LogVerification {
        var (sound, problems) = ([SignedCheckpoint](), [LogVerification.Problem]())
        let keys = try linkedKeys(keys)
        let notes = try CheckpointTable.all(in: connection)
        for (size, note) in notes + kept.map({ (Int64(clamping: $0.checkpoint.size), $0.bytes) }) {
            do {
                let signed = try SignedCheckpoint(note)
                if !keys.isEmpty { try signed.verify(logKeys: keys) }
                sound.append(signed)
            } catch {
                problems.append(.unusable(size: size, reason: "\(error)"))
            }
        }
        var result = try verify(sound.map(\.checkpoint), problems)
        try checkCosignatures(by: witnesses, of: sound, &result)
        return result
    }

    /// Checks the stored cosignatures of witnesses that are known: another key's row says nothing.
    private func checkCosignatures(
        by witnesses: [VerifierKey],
        of checkpoints: [SignedCheckpoint],
        _ result: inout LogVerification
    ) throws {
        let bySize = Dictionary(grouping: checkpoints) { Int64(clamping: $0.checkpoint.size) }
        for witness in witnesses {
            for (size, line) in try WitnessTable.cosignatures(by: witness, in: connection) {
                let isGood = (bySize[size] ?? []).contains { WitnessTable.adding(line, of: witness, to: $0) != nil }
                guard isGood else {
                    result.problems.append(.wrongCosignature(size: size, witness: "\(witness.name)"))
                    continue
                }
                result.cosignatures += 1
                result.witnessedUpTo = max(result.witnessedUpTo, size)
            }
        }
    }

    /// The number of the newest entry; 0 for none.
    package var newestEntry: Int64 { get throws { try AuditTable.newest(in: connection) } }

    /// One read transaction: a daemon may be appending.
    private func verify(_ checkpoints: [Checkpoint], _ problems: [LogVerification.Problem]) throws -> LogVerification {
        try snapshot {
            var verifier = LogVerifier(checkpoints, problems: problems)
            let archived = try archived()
            if archived > 0 {
                if try !hasEntry(ofArchive: archived) { verifier.addMissing(1...archived) }
                try verifier.takeArchived(1...archived, eachLeaf)
            }
            try connection.forEach(
                """
                SELECT l.seq, l.line, h.hash FROM audit_log AS l LEFT JOIN audit_leaves AS h ON h.seq = l.seq
                WHERE l.seq > ?1 ORDER BY l.seq
                """,
                [archived]
            ) { row in
                let (seq, leaf) = (try row.get(0, as: Int64.self), try row.get(2, as: [UInt8]?.self))
                try row.withBytes(1) { line in
                    let leaf = leaf.flatMap(MerkleHash.init(bytes:))
                    try verifier.take(seq: seq, line: line, leaf: leaf, eachLeaf: eachLeaf)
                }
            }
            var result = verifier.finish(
                leaves: try TreeTable.newestLeaf(in: connection),
                head: try TreeTable.stored(in: connection)
            )
            result.problems += try differingRotations(from: verifier.endings, archived: archived)
            return result
        }
    }

    private func eachLeaf(_ seqs: ClosedRange<Int64>, _ body: (MerkleHash) -> Void) throws {
        try TreeTable.eachLeaf(of: seqs, in: connection, body)
    }

    /// Whether an entry, which the tree protects, says that the lines up to this one were archived.
    private func hasEntry(ofArchive last: Int64) throws -> Bool {
        try connection.first(
            """
            SELECT 1 FROM audit_log WHERE seq > ?1 AND instr(line, '"event":"audit.archived"') > 0
                AND \(LineSQL.member("event")) = 'audit.archived' AND \(LineSQL.member("detail.last_seq")) = ?1
            """,
            last
        ) { row throws(SQLiteError) in try row.get(0, as: Int.self) } != nil
    }

    /// The proof that a checkpoint includes an entry: the newest one that a quorum of witnesses has cosigned, else the newest
    /// one; nil where none includes it yet.
    package func proof(of seq: Int64, _ quorum: WitnessQuorum = .none) throws -> TransparencyProof? {
        try snapshot {
            guard seq > 0, let checkpoint = try CheckpointTable.proving(seq, quorum, in: connection),
                let plan = MerkleProofPlan(inclusionOf: UInt64(seq - 1), in: checkpoint.checkpoint.size)
            else { return nil }
            var proof = StreamedProof(plan)
            let size = Int64(clamping: checkpoint.checkpoint.size)
            try TreeTable.eachLeaf(of: 1...size, in: connection) { proof.append($0) }
            return proof.proof.map {
                TransparencyProof(index: UInt64(seq - 1), hashes: $0, checkpoint: checkpoint)
            }
        }
    }
}
