/// Why a proof does not prove what it should.
package enum MerkleProofFailure: Error, Equatable, CustomStringConvertible {
    /// The tree has no leaf of this index, or the new tree is smaller than the old one.
    case outsideTree
    /// The proof has fewer hashes than its tree needs, or more.
    case wrongLength
    /// The hashes do not lead to the root of the tree.
    case wrongRoot
    /// The hashes do not lead to the root of the older tree.
    case wrongOldRoot

    package var description: String {
        switch self {
        case .outsideTree: "the proof is for something outside the tree"
        case .wrongLength: "the proof has another number of hashes than a tree of this size needs"
        case .wrongRoot: "the proof does not lead to the root hash"
        case .wrongOldRoot: "the proof does not lead to the root hash of the older tree"
        }
    }
}

/// Checks proofs, step by step as RFC 9162 says.
package enum MerkleVerification {
    /// Checks that a leaf is in a tree: RFC 9162, section 2.1.3.2.
    package static func inclusion(
        of leaf: MerkleHash,
        index: UInt64,
        size: UInt64,
        root: MerkleHash,
        proof: [MerkleHash]
    ) throws(MerkleProofFailure) {
        guard index < size else { throw .outsideTree }
        var path = TreePath(position: index, last: size - 1)
        var hash = leaf
        for sibling in proof {
            guard !path.isAtRoot else { throw .wrongLength }
            hash = path.isRightChild ? .node(sibling, hash) : .node(hash, sibling)
            path.ascend()
        }
        guard path.isAtRoot else { throw .wrongLength }
        guard hash == root else { throw .wrongRoot }
    }

    /// Checks that a tree begins with all leaves of an older one: RFC 9162, section 2.1.4.2.
    ///
    /// The RFC has nothing for an older tree that is empty or as large: here the proof must be empty, and the roots those of
    /// an empty tree, or equal.
    package static func consistency(
        from old: (size: UInt64, root: MerkleHash),
        to new: (size: UInt64, root: MerkleHash),
        proof: [MerkleHash]
    ) throws(MerkleProofFailure) {
        guard old.size <= new.size else { throw .outsideTree }
        guard old.size > 0, old.size < new.size else { return try trivial(from: old, to: new, proof: proof) }
        guard !proof.isEmpty else { throw .wrongLength }
        // The verifier knows an old tree that is a perfect one; the proof leaves it out.
        let isPerfect = old.size & (old.size - 1) == 0
        var hashes = isPerfect ? proof[...] : proof.dropFirst()
        var path = TreePath(position: old.size - 1, last: new.size - 1)
        path.skipRightChildren()
        var oldHash = isPerfect ? old.root : proof[0]
        var newHash = oldHash
        while let hash = hashes.popFirst() {
            guard !path.isAtRoot else { throw .wrongLength }
            if path.isRightChild {
                oldHash = .node(hash, oldHash)
                newHash = .node(hash, newHash)
            } else {
                newHash = .node(newHash, hash)
            }
            path.ascend()
        }
        guard path.isAtRoot else { throw .wrongLength }
        guard oldHash == old.root else { throw .wrongOldRoot }
        guard newHash == new.root else { throw .wrongRoot }
    }

    private static func trivial(
        from old: (size: UInt64, root: MerkleHash),
        to new: (size: UInt64, root: MerkleHash),
        proof: [MerkleHash]
    ) throws(MerkleProofFailure) {
        guard proof.isEmpty else { throw .wrongLength }
        guard old.size > 0 || old.root == .emptyRoot else { throw .wrongOldRoot }
        guard old.size < new.size || old.root == new.root else { throw .wrongRoot }
    }
}

/// The way from a node up to the root: `fn` and `sn` of RFC 9162.
private struct TreePath {
    /// The node's index in its level.
    var position: UInt64
    /// The index of the level's last node.
    var last: UInt64

    /// Whether the level has one node only.
    var isAtRoot: Bool { last == 0 }

    /// Whether the next sibling is on the left: also for a last node, whose sibling is found some levels up.
    var isRightChild: Bool { position & 1 == 1 || position == last }

    /// Goes up to the next level at which the node has been hashed with a sibling.
    mutating func ascend() {
        if position == last, position & 1 == 0 {
            while position & 1 == 0, position != 0 { shift() }
        }
        shift()
    }

    /// Goes up while the node is a right child.
    mutating func skipRightChildren() {
        while position & 1 == 1 { shift() }
    }

    private mutating func shift() {
        position >>= 1
        last >>= 1
    }
}
