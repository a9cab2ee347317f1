import TestSupport
import Testing
import TransparencyLog

@Suite("Merkle trees: properties")
struct MerklePropertyTests {
    private static let largest = 300
    private static let leaves = NaiveTree.numbered(largest)

    @Test("root and stored form at all sizes up to 300")
    func roots() {
        let naive = NaiveTree(Self.leaves)
        var frontier = MerkleFrontier()
        for size in 0...Self.largest {
            #expect(frontier.size == UInt64(size))
            #expect(frontier.root == naive.root(0..<size))
            #expect(MerkleFrontier(bytes: frontier.bytes) == frontier)
            #expect(frontier.bytes.count == 8 + 32 * size.nonzeroBitCount)
            if size < Self.largest { frontier.append(Self.leaves[size]) }
        }
    }

    @Test("all inclusion proofs up to 300 leaves are the RFC's, and hold")
    func inclusion() throws {
        let naive = NaiveTree(Self.leaves)
        for size in 1...Self.largest {
            let root = naive.root(0..<size)
            for index in 0..<size {
                let plan = try #require(MerkleProofPlan(inclusionOf: UInt64(index), in: UInt64(size)))
                let proof = plan.hashes { naive.root(Int($0.leaves.lowerBound)..<Int($0.leaves.upperBound)) }
                let isRight = proof == naive.path(index, 0..<size)
                try #require(isRight, "leaf \(index) of \(size)")
                try MerkleVerification.inclusion(
                    of: Self.leaves[index],
                    index: UInt64(index),
                    size: UInt64(size),
                    root: root,
                    proof: proof
                )
            }
        }
    }

    @Test("all consistency proofs up to 300 leaves are the RFC's, and hold")
    func consistency() throws {
        let naive = NaiveTree(Self.leaves)
        for new in 0...Self.largest {
            for old in 0...new {
                let plan = try #require(MerkleProofPlan(consistencyFrom: UInt64(old), to: UInt64(new)))
                let proof = plan.hashes { naive.root(Int($0.leaves.lowerBound)..<Int($0.leaves.upperBound)) }
                let isRight = old == 0 ? proof.isEmpty : proof == naive.proof(old, 0..<new)
                try #require(isRight, "from \(old) to \(new)")
                try MerkleVerification.consistency(
                    from: (UInt64(old), naive.root(0..<old)),
                    to: (UInt64(new), naive.root(0..<new)),
                    proof: proof
                )
            }
        }
    }

    @Test("proofs from a stream of leaves are the same", arguments: [UInt64(1), 2, 3])
    func streamed(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let naive = NaiveTree(Self.leaves)
        for _ in 0..<100 {
            let size = Int.random(in: 1...Self.largest, using: &random)
            let index = Int.random(in: 0..<size, using: &random)
            let plans = [
                MerkleProofPlan(inclusionOf: UInt64(index), in: UInt64(size)),
                MerkleProofPlan(consistencyFrom: UInt64(index), to: UInt64(size)),
            ]
            for plan in plans {
                let plan = try #require(plan)
                var stream = StreamedProof(plan)
                #expect(stream.proof == nil || plan.ranges.isEmpty, "seed \(seed)")
                for leaf in Self.leaves { stream.append(leaf) }
                let proof = plan.hashes { naive.root(Int($0.leaves.lowerBound)..<Int($0.leaves.upperBound)) }
                #expect(stream.proof == proof, "seed \(seed), \(index) of \(size)")
            }
        }
    }

    @Test("each bit turned in a proof, a leaf or a root is found", arguments: [UInt64(11), 12])
    func bits(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let naive = NaiveTree(Self.leaves)
        for _ in 0..<4 {
            let size = Int.random(in: 2...Self.largest, using: &random)
            let index = Int.random(in: 1..<size, using: &random)
            let (leaf, root, old) = (Self.leaves[index], naive.root(0..<size), naive.root(0..<index))
            let inclusion = naive.path(index, 0..<size)
            let consistency = naive.proof(index, 0..<size)
            for bit in 0..<256 {
                let missed = [
                    includes(leaf.turning(bit: bit), index, size, root, inclusion),
                    includes(leaf, index, size, root.turning(bit: bit), inclusion),
                    extends(index, old.turning(bit: bit), size, root, consistency),
                    extends(index, old, size, root.turning(bit: bit), consistency),
                ]
                #expect(!missed.contains(true), "seed \(seed), \(index) of \(size), bit \(bit): \(missed)")
                for (place, hash) in inclusion.enumerated() {
                    var bad = inclusion
                    bad[place] = hash.turning(bit: bit)
                    #expect(!includes(leaf, index, size, root, bad), "seed \(seed), \(index) of \(size)")
                }
                for (place, hash) in consistency.enumerated() {
                    var bad = consistency
                    bad[place] = hash.turning(bit: bit)
                    #expect(!extends(index, old, size, root, bad), "seed \(seed), \(index) of \(size)")
                }
            }
        }
    }

    @Test(
        "a proof for another place, another size, or with a hash more or less is found",
        arguments: [UInt64(21), 22, 23]
    )
    func shifted(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let naive = NaiveTree(Self.leaves)
        for _ in 0..<200 {
            let size = Int.random(in: 2...Self.largest, using: &random)
            let index = Int.random(in: 1..<size, using: &random)
            let root = naive.root(0..<size)
            let inclusion = naive.path(index, 0..<size)
            let consistency = naive.proof(index, 0..<size)
            let other = (0..<size).filter { $0 != index }.randomElement(using: &random) ?? 0
            let missed = [
                includes(Self.leaves[index], other, size, root, inclusion),
                includes(Self.leaves[index], index, index, root, inclusion),
                includes(Self.leaves[index], index, size, root, inclusion + [root]),
                includes(Self.leaves[index], index, size, root, inclusion.dropLast()),
                includes(Self.leaves[index], index, size, root, Array(inclusion.dropFirst())),
                extends(index, naive.root(0..<index), size, root, consistency + [root]),
                extends(index, naive.root(0..<index), size, root, consistency.dropLast()),
                extends(index, naive.root(0..<index), size, root, Array(consistency.dropFirst())),
                extends(other, naive.root(0..<index), size, root, consistency),
                extends(size, root, index, naive.root(0..<index), consistency),
            ]
            #expect(!missed.contains(true), "seed \(seed), \(index) (\(other)) of \(size): \(missed)")
        }
    }

    private func includes(_ leaf: MerkleHash, _ index: Int, _ size: Int, _ root: MerkleHash, _ proof: [MerkleHash])
        -> Bool
    {
        (try? MerkleVerification.inclusion(
            of: leaf,
            index: UInt64(index),
            size: UInt64(size),
            root: root,
            proof: proof
        )) != nil
    }

    private func extends(_ old: Int, _ oldRoot: MerkleHash, _ new: Int, _ root: MerkleHash, _ proof: [MerkleHash])
        -> Bool
    {
        (try? MerkleVerification.consistency(from: (UInt64(old), oldRoot), to: (UInt64(new), root), proof: proof))
            != nil
    }
}
