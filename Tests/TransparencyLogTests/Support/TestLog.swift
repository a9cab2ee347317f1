import TransparencyLog

/// A log in memory with its key.
struct TestLog {
    let key: SignedNoteKey
    let lines: [String]

    init(origin: String = "log.example/history", count: Int) throws {
        key = try SignedNoteKey(name: origin)
        lines = (0..<count).map { #"{"event":"rotation.succeeded","seq":\#($0 + 1)}"# }
    }

    /// A log with the same key that went another way from a leaf on.
    init(forking log: TestLog, at index: Int) {
        key = log.key
        lines = log.lines.enumerated().map { $0.offset < index ? $0.element : $0.element + " " }
    }

    var leaves: [MerkleHash] { lines.map { MerkleHash.leaf($0) } }

    func frontier(_ size: Int) -> MerkleFrontier {
        var frontier = MerkleFrontier()
        for leaf in leaves.prefix(size) { frontier.append(leaf) }
        return frontier
    }

    func checkpoint(_ size: Int) throws -> SignedCheckpoint {
        let frontier = frontier(size)
        return try key.signCheckpoint(size: frontier.size, root: frontier.root)
    }

    /// The hashes of a plan, from the leaves.
    func hashes(_ plan: MerkleProofPlan?) -> [MerkleHash] {
        guard let plan else { return [] }
        var stream = StreamedProof(plan)
        for leaf in leaves { stream.append(leaf) }
        return stream.proof ?? []
    }

    func consistency(_ old: Int, _ new: Int) -> [MerkleHash] {
        hashes(MerkleProofPlan(consistencyFrom: UInt64(old), to: UInt64(new)))
    }

    func proof(_ index: Int, in checkpoint: SignedCheckpoint) -> TransparencyProof {
        let hashes = hashes(MerkleProofPlan(inclusionOf: UInt64(index), in: checkpoint.checkpoint.size))
        return TransparencyProof(index: UInt64(index), hashes: hashes, checkpoint: checkpoint)
    }

    func request(_ old: Int, _ new: Int) throws -> AddCheckpointRequest {
        AddCheckpointRequest(oldSize: UInt64(old), proof: consistency(old, new), checkpoint: try checkpoint(new))
    }
}

extension MerkleHash {
    /// The same hash with one bit turned.
    func turning(bit: Int) -> MerkleHash {
        var bytes = bytes
        bytes[bit / 8] ^= 1 << UInt8(bit % 8)
        return MerkleHash(bytes: bytes) ?? self
    }
}
