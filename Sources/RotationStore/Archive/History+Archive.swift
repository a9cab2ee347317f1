import RotationCore
import SQLite
package import Scheduling
package import TransparencyLog

extension History {
    /// The number of the last entry whose line was archived; 0 for none.
    package func archived() throws -> Int64 {
        try ArchiveTable.newest(in: connection)
    }

    /// The entries that can be archived: the next ones that are older than an instant, up to a signed checkpoint; nil for
    /// none.
    package func archivable(before instant: Instant) throws -> (seqs: ClosedRange<Int64>, checkpoint: SignedCheckpoint)?
    {
        let first = try archived() + 1
        // The clock may have been set back: all entries of the range are older.
        let kept = try connection.first(
            "SELECT min(seq) FROM audit_log WHERE seq >= ?1 AND \(LineSQL.member("time")) >= ?2",
            first,
            instant.rfc3339
        ) { row throws(SQLiteError) in try row.get(0, as: Int64?.self) }
        // The newest entry stays in any case: the next number follows it.
        let newest = try AuditTable.newest(in: connection)
        let end = min((kept ?? nil) ?? newest, newest)
        let sizes = try connection.all(
            "SELECT DISTINCT size FROM audit_checkpoints WHERE size BETWEEN ?1 AND ?2 ORDER BY size DESC",
            first,
            end - 1
        ) { row throws(SQLiteError) in try row.get(0, as: Int64.self) }
        for size in sizes {
            if let signed = try checkpoint(of: size) { return (first...size, signed) }
        }
        return nil
    }

    /// The checkpoint of so many entries that agrees with the stored tree; nil for none.
    func checkpoint(of size: Int64) throws -> SignedCheckpoint? {
        let root = try root(of: size)
        return try CheckpointTable.all(of: size, in: connection)
            .compactMap { try? SignedCheckpoint($0) }
            .last { $0.checkpoint.root == root }
    }

    /// The stored leaf hashes of some entries, in order: as many as there are.
    package func leaves(of seqs: ClosedRange<Int64>) throws -> [MerkleHash] {
        var leaves: [MerkleHash] = []
        try TreeTable.eachLeaf(of: seqs, in: connection) { leaves.append($0) }
        return leaves
    }

    /// The root of the tree over the first entries; nil if there are not so many.
    func root(of size: Int64) throws -> MerkleHash? {
        var frontier = MerkleFrontier()
        if size > 0 { try TreeTable.eachLeaf(of: 1...size, in: connection) { frontier.append($0) } }
        return Int64(clamping: frontier.size) == size ? frontier.root : nil
    }

    /// The proof that one checkpoint's log is the beginning of another one's (RFC 9162, section 2.1.4); nil where the log has
    /// fewer entries.
    package func consistency(from old: UInt64, to new: UInt64) throws -> [MerkleHash]? {
        guard let plan = MerkleProofPlan(consistencyFrom: old, to: new) else { return nil }
        var proof = StreamedProof(plan)
        if !plan.ranges.isEmpty {
            try TreeTable.eachLeaf(of: 1...Int64(clamping: new), in: connection) { proof.append($0) }
        }
        return proof.proof
    }
}
