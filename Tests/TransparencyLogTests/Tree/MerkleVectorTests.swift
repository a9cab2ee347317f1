import Foundation
import Testing
import TransparencyLog

@Suite("Merkle trees: published vectors")
struct MerkleVectorTests {
    /// The reference leaves of RFC 6962's authors, as in github.com/transparency-dev/merkle, testonly/constants.go.
    private static let leaves = [
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
    ].map { MerkleHash.leaf(Vectors.hex($0)) }

    private static let roots = [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ]

    /// The hashes of the inner perfect subtrees, level by level.
    private static let nodes = [
        [
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        ],
        [
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ],
        ["5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"],
    ]

    @Test("the roots and inner hashes of the eight reference leaves")
    func reference() {
        var frontier = MerkleFrontier()
        var inner: [MerkleSubtree: MerkleHash] = [:]
        #expect(frontier.root.bytes == Vectors.hex(Self.roots[0]))
        for (size, leaf) in Self.leaves.enumerated() {
            frontier.append(leaf) { inner[$0] = $1 }
            #expect(frontier.root.bytes == Vectors.hex(Self.roots[size + 1]))
        }
        #expect(inner.count == 15)
        for (level, hashes) in Self.nodes.enumerated() {
            for (index, hash) in hashes.enumerated() {
                #expect(inner[MerkleSubtree(level: level + 1, index: UInt64(index))]?.bytes == Vectors.hex(hash))
            }
        }
    }

    private struct File: Decodable {
        let inclusion: [Inclusion]
        let consistency: [Consistency]
    }

    private struct Inclusion: Decodable {
        let leafIdx: UInt64, treeSize: UInt64, root: Data, leafHash: Data, proof: [Data], desc: String, wantErr: Bool
    }

    private struct Consistency: Decodable {
        let size1: UInt64, size2: UInt64, root1: Data, root2: Data, proof: [Data], desc: String, wantErr: Bool
    }

    /// A proof of which each hash has 32 bytes; there are no others here.
    private func hashes(_ proof: [Data]) -> [MerkleHash]? {
        let hashes = proof.compactMap { MerkleHash(bytes: $0) }
        return hashes.count == proof.count ? hashes : nil
    }

    /// A root; bytes that are no hash stand for one that nobody knows.
    private func root(_ data: Data) -> MerkleHash { MerkleHash(bytes: data) ?? .leaf(Array(data)) }

    @Test("inclusion proofs of transparency-dev/merkle, good and bad")
    func inclusion() throws {
        let file = try JSONDecoder().decode(File.self, from: try Vectors.file("Vectors/merkle-proofs.json"))
        #expect(file.inclusion.count == 98)
        for example in file.inclusion {
            // A leaf hash of another length can't even be said here.
            let isAccepted = MerkleHash(bytes: example.leafHash).map { isIncluded($0, example) } ?? false
            #expect(isAccepted == !example.wantErr, "\(example.desc)")
        }
    }

    private func isIncluded(_ leaf: MerkleHash, _ example: Inclusion) -> Bool {
        (try? MerkleVerification.inclusion(
            of: leaf,
            index: example.leafIdx,
            size: example.treeSize,
            root: root(example.root),
            proof: hashes(example.proof) ?? [.emptyRoot]
        )) != nil
    }

    @Test("consistency proofs of transparency-dev/merkle, good and bad")
    func consistency() throws {
        let file = try JSONDecoder().decode(File.self, from: try Vectors.file("Vectors/merkle-proofs.json"))
        #expect(file.consistency.count == 98)
        // They call it useless to extend the empty tree; C2SP's witnesses need it.
        let others: Set = ["consistency/additional/size1-is-zero-and-size2-is-not-zero"]
        for example in file.consistency {
            let isAccepted =
                (try? MerkleVerification.consistency(
                    from: (example.size1, root(example.root1)),
                    to: (example.size2, root(example.root2)),
                    proof: hashes(example.proof) ?? [.emptyRoot]
                )) != nil
            #expect(isAccepted == !example.wantErr || others.contains(example.desc), "\(example.desc)")
        }
    }
}
