/// The right edge of a tree (a compact range): what it takes to append leaves and to know the root.
///
/// It holds one hash for each perfect subtree of the tree, so at most 63. It is a value: a store reads it, appends a batch and
/// writes it inside one transaction, and a transaction that is rolled back leaves the old one.
package struct MerkleFrontier: Hashable, Sendable {
    /// The number of leaves.
    package private(set) var size: UInt64 = 0
    /// The hashes of the perfect subtrees, from left to right, so the largest first.
    private var peaks: [MerkleHash] = []

    /// A tree without leaves.
    package init() {}

    /// Appends a leaf; O(log n) at worst, O(1) on average.
    package mutating func append(_ leaf: MerkleHash) {
        append(leaf) { _, _ in }
    }

    /// Appends a leaf and shows each perfect subtree that it completes, from the leaf itself upwards.
    ///
    /// A store that keeps some of these serves proofs without reading all leaves.
    package mutating func append<Failure: Error>(
        _ leaf: MerkleHash,
        completed: (MerkleSubtree, MerkleHash) throws(Failure) -> Void
    ) throws(Failure) {
        var subtree = MerkleSubtree(level: 0, index: size)
        var hash = leaf
        try completed(subtree, hash)
        var merged = 0
        while subtree.index & 1 == 1 {
            merged += 1
            hash = .node(peaks[peaks.count - merged], hash)
            subtree = MerkleSubtree(level: subtree.level + 1, index: subtree.index >> 1)
            try completed(subtree, hash)
        }
        peaks.removeLast(merged)
        peaks.append(hash)
        size += 1
    }

    /// The root: the peaks folded from the right.
    package var root: MerkleHash { Self.fold(peaks) }

    /// The hash of neighbouring perfect subtrees, which shrink from left to right.
    static func fold(_ hashes: [MerkleHash]) -> MerkleHash {
        guard var root = hashes.last else { return .emptyRoot }
        for hash in hashes.dropLast().reversed() { root = .node(hash, root) }
        return root
    }
}

extension MerkleFrontier {
    /// The form for a store: the size in eight bytes, big-endian, and the hashes from left to right.
    package var bytes: [UInt8] {
        withUnsafeBytes(of: size.bigEndian) { Array($0) } + peaks.flatMap(\.bytes)
    }

    /// Reads the form for a store; nil where the bytes are not one, or the size is above 2^63 − 1.
    ///
    /// Each size has one length. Whether the hashes are those of the log only a look at the log can tell.
    package init?(bytes: [UInt8]) {
        guard bytes.count >= 8 else { return nil }
        let size = bytes.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        let count = MerkleHash.byteCount
        guard size <= Decimal.maximum, bytes.count == 8 + size.nonzeroBitCount * count else { return nil }
        self.size = size
        peaks = stride(from: 8, to: bytes.count, by: count).compactMap { MerkleHash(bytes: bytes[$0..<$0 + count]) }
    }
}
