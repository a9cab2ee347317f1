import TestSupport
import Testing
import TransparencyLog

@Suite("Merkle trees: edges")
struct MerkleEdgeTests {
    @Test("each other length of a stored frontier is refused")
    func storedLengths() {
        for size in 0..<40 {
            var frontier = MerkleFrontier()
            for leaf in NaiveTree.numbered(size) { frontier.append(leaf) }
            let bytes = frontier.bytes
            for length in 0..<bytes.count { #expect(MerkleFrontier(bytes: Array(bytes.prefix(length))) == nil) }
            #expect(MerkleFrontier(bytes: bytes + [0]) == nil)
            #expect(MerkleFrontier(bytes: bytes + [UInt8](repeating: 0, count: 32)) == nil)
        }
    }

    @Test("a stored size above 2^63 − 1 is refused")
    func storedSize() {
        let hash = [UInt8](repeating: 1, count: 32)
        #expect(MerkleFrontier(bytes: [0x80, 0, 0, 0, 0, 0, 0, 0] + hash) == nil)
        #expect(MerkleFrontier(bytes: [0x40, 0, 0, 0, 0, 0, 0, 0] + hash)?.size == 1 << 62)
    }

    @Test("a frontier is a value: the old one stays after a batch that is rolled back")
    func value() {
        let leaves = NaiveTree.numbered(9)
        var frontier = MerkleFrontier()
        for leaf in leaves.prefix(7) { frontier.append(leaf) }
        let saved = frontier
        for leaf in leaves.suffix(2) { frontier.append(leaf) }
        #expect(saved.size == 7 && saved.root == NaiveTree(leaves).root(0..<7))
        #expect(frontier.size == 9)
    }

    @Test("no plan outside the tree")
    func outside() {
        #expect(MerkleProofPlan(inclusionOf: 0, in: 0) == nil)
        #expect(MerkleProofPlan(inclusionOf: 5, in: 5) == nil)
        #expect(MerkleProofPlan(inclusionOf: 5, in: 1 << 63) == nil)
        #expect(MerkleProofPlan(consistencyFrom: 6, to: 5) == nil)
        #expect(MerkleProofPlan(consistencyFrom: 0, to: 1 << 63) == nil)
    }

    @Test("the largest trees have proofs of at most 63 hashes, and 64 for consistency above 2^62 leaves")
    func largest() throws {
        for (size, limit) in [(1 << 62, 63), (UInt64(Int64.max), 64)] {
            for index in [0, 1, size / 2, size / 2 - 1, size / 3, size - 2, size - 1] {
                let inclusion = try #require(MerkleProofPlan(inclusionOf: index, in: size))
                let consistency = try #require(MerkleProofPlan(consistencyFrom: index, to: size))
                #expect(inclusion.ranges.count <= 63)
                #expect(consistency.ranges.count <= limit)
                #expect(inclusion.subtrees.count <= 126 && consistency.subtrees.count <= 126)
            }
        }
    }

    @Test("an export in chunks of any length has the tree of its lines", arguments: [UInt64(1), 2, 3])
    func chunks(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let lines = (0..<200).map { _ in String(repeating: "é", count: Int.random(in: 0...40, using: &random)) }
        let export = Array((lines.joined(separator: "\n") + "\n").utf8)
        var expected = MerkleFrontier()
        for line in lines { expected.append(.leaf(line)) }
        for longest in [1, 3, 8, 50, export.count] {
            var hasher = LeafLineHasher()
            var start = 0
            while start < export.count {
                let end = min(export.count, start + Int.random(in: 1...longest, using: &random))
                try hasher.append(Array(export[start..<end]))
                start = end
            }
            #expect(try hasher.finish() == expected, "seed \(seed), chunks of \(longest)")
        }
    }

    @Test("a line may have 65,535 bytes and no more, in one chunk or two")
    func longLines() throws {
        let longest = [UInt8](repeating: 0x61, count: 65_535)
        for split in [0, 1, 65_534, 65_535] {
            var hasher = LeafLineHasher()
            try hasher.append(Array(longest.prefix(split)))
            try hasher.append(Array(longest.dropFirst(split)) + [0x0A])
            #expect(try hasher.finish().root == .leaf(longest))
            #expect(throws: LeafLineHasher.Failure.lineTooLong(2)) {
                try hasher.append(Array(longest.prefix(split)))
                try hasher.append(Array(longest.dropFirst(split)) + [0x61])
            }
        }
    }

    @Test("a last line without a newline is no leaf")
    func unfinished() throws {
        var hasher = LeafLineHasher()
        try hasher.append(Array("a\nb".utf8))
        #expect(throws: LeafLineHasher.Failure.unfinished) { try hasher.finish() }
        #expect(hasher.frontier.size == 1)
        try hasher.append([0x0A])
        #expect(try hasher.finish().size == 2)
    }
}
