/// Computes a proof in one pass over the leaf hashes, with no more memory than the proof.
package struct StreamedProof: Sendable {
    /// The ranges from left to right, each with its place in the proof.
    private let ranges: [(place: Int, leaves: Range<UInt64>)]
    private var hashes: [MerkleHash]
    private var current = 0
    private var position: UInt64 = 0
    private var part = MerkleFrontier()

    /// Prepares for the first leaf of the log.
    package init(_ plan: MerkleProofPlan) {
        ranges = plan.ranges.enumerated().map { (place: $0.offset, leaves: $0.element) }
            .sorted { $0.leaves.lowerBound < $1.leaves.lowerBound }
        hashes = Array(repeating: .emptyRoot, count: ranges.count)
    }

    /// Takes the next leaf; those behind the proof's tree are ignored.
    package mutating func append(_ leaf: MerkleHash) {
        defer { position += 1 }
        guard current < ranges.count, ranges[current].leaves.contains(position) else { return }
        part.append(leaf)
        guard position + 1 == ranges[current].leaves.upperBound else { return }
        hashes[ranges[current].place] = part.root
        part = MerkleFrontier()
        current += 1
    }

    /// The proof; nil while leaves are missing.
    package var proof: [MerkleHash]? { current == ranges.count ? hashes : nil }
}
