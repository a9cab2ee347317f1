/// Which parts of a tree a proof is made of.
///
/// Each hash of a proof is that of a range of neighbouring leaves. A store that has hashes of subtrees answers `subtrees`;
/// one that has leaves only feeds them through `StreamedProof`.
package struct MerkleProofPlan: Hashable, Sendable {
    /// The leaves below each hash, in the order of the proof.
    package let ranges: [Range<UInt64>]

    /// An inclusion proof: PATH(index, D[size]) of RFC 9162, section 2.1.3.1; nil where the tree has no such leaf.
    package init?(inclusionOf index: UInt64, in size: UInt64) {
        guard index < size, size <= Decimal.maximum else { return nil }
        var ranges: [Range<UInt64>] = []
        var tree = 0..<size
        while tree.count > 1 {
            let middle = Self.middle(of: tree)
            if index < middle {
                ranges.append(middle..<tree.upperBound)
                tree = tree.lowerBound..<middle
            } else {
                ranges.append(tree.lowerBound..<middle)
                tree = middle..<tree.upperBound
            }
        }
        self.ranges = ranges.reversed()
    }

    /// A consistency proof: PROOF(old, D[new]) of RFC 9162, section 2.1.4.1; nil where the old size is above the new one.
    ///
    /// From size 0, and between equal sizes, it is empty.
    package init?(consistencyFrom old: UInt64, to new: UInt64) {
        guard old <= new, new <= Decimal.maximum else { return nil }
        guard old > 0, old < new else {
            ranges = []
            return
        }
        var ranges: [Range<UInt64>] = []
        var tree = 0..<new
        while tree.upperBound != old {
            let middle = Self.middle(of: tree)
            if old <= middle {
                ranges.append(middle..<tree.upperBound)
                tree = tree.lowerBound..<middle
            } else {
                ranges.append(tree.lowerBound..<middle)
                tree = middle..<tree.upperBound
            }
        }
        // The old tree itself, which the verifier knows, is left out.
        if tree.lowerBound > 0 { ranges.append(tree) }
        self.ranges = ranges.reversed()
    }

    /// Where a tree divides: its left part has the largest power of two that is smaller than its size.
    private static func middle(of tree: Range<UInt64>) -> UInt64 {
        let last = tree.upperBound - tree.lowerBound - 1
        return tree.lowerBound + 1 << UInt64(63 - last.leadingZeroBitCount)
    }

    /// The perfect subtrees whose hashes the proof needs, O(log n) of them, in the order in which `hashes` asks for them.
    package var subtrees: [MerkleSubtree] { ranges.flatMap(MerkleSubtree.covering) }

    /// Computes the proof from hashes of perfect subtrees.
    package func hashes<Failure: Error>(
        from source: (MerkleSubtree) throws(Failure) -> MerkleHash
    ) throws(Failure) -> [MerkleHash] {
        var hashes: [MerkleHash] = []
        for range in ranges {
            var parts: [MerkleHash] = []
            for subtree in MerkleSubtree.covering(range) { parts.append(try source(subtree)) }
            hashes.append(MerkleFrontier.fold(parts))
        }
        return hashes
    }
}
