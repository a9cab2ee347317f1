import TransparencyLog

/// A log in memory, with the key of another one if it is a fork of it.
struct BranchedLog: Sendable {
    let key: SignedNoteKey
    let leaves: [MerkleHash]

    init(origin: String = "log.example/history", count: Int) throws {
        key = try SignedNoteKey(name: origin)
        leaves = (0..<count).map { MerkleHash.leaf("leaf \($0)") }
    }

    /// A log with the same key that went another way from a leaf on.
    init(forking log: BranchedLog, at index: Int, branch: Int = 1) {
        key = log.key
        leaves = log.leaves.indices.map { $0 < index ? log.leaves[$0] : MerkleHash.leaf("leaf \($0) of \(branch)") }
    }

    func checkpoint(_ size: Int) throws -> SignedCheckpoint {
        var frontier = MerkleFrontier()
        for leaf in leaves.prefix(size) { frontier.append(leaf) }
        return try key.signCheckpoint(size: frontier.size, root: frontier.root)
    }

    func proof(_ old: Int, _ new: Int) -> [MerkleHash] {
        guard let plan = MerkleProofPlan(consistencyFrom: UInt64(old), to: UInt64(new)) else { return [] }
        var stream = StreamedProof(plan)
        for leaf in leaves { stream.append(leaf) }
        return stream.proof ?? []
    }

    func request(_ old: Int, _ new: Int) throws -> AddCheckpointRequest {
        AddCheckpointRequest(oldSize: UInt64(old), proof: proof(old, new), checkpoint: try checkpoint(new))
    }
}
