import Testing
import TransparencyLog

@Suite("Proofs in files")
struct TransparencyProofTests {
    private static let checkpoint = "o\n5\n\(MerkleHash.emptyRoot)\n\n— o AAAAAAA=\n"
    private static let hash = MerkleHash.emptyRoot.description

    @Test("the layout is that of transparency-dev/formats' tests", arguments: ["", "extra ZXh0cmEgaW5mb3JtYXRpb24=\n"])
    func layout(extra: String) throws {
        for hashes in ["", "\(Self.hash)\n", "\(Self.hash)\n\(Self.hash)\n"] {
            let text = "c2sp.org/tlog-proof@v1\n\(extra)index 5\n\(hashes)\n\(Self.checkpoint)"
            let proof = try TransparencyProof(Array(text.utf8))
            #expect(proof.index == 5)
            #expect(proof.extra == (extra.isEmpty ? nil : Array("extra information".utf8)))
            #expect(proof.bytes == Array(text.utf8))
        }
    }

    static let bad: [(String, String)] = [
        ("empty", ""),
        ("another header", "c2sp.org/tlog-proof@v2\nindex 0\n\n\(checkpoint)"),
        ("a space in the header", "c2sp.org/tlog-proof@v1 \nindex 0\n\n\(checkpoint)"),
        ("no index", "c2sp.org/tlog-proof@v1\n\n\(checkpoint)"),
        ("no number", "c2sp.org/tlog-proof@v1\nindex x\n\n\(checkpoint)"),
        ("an empty number", "c2sp.org/tlog-proof@v1\nindex \n\n\(checkpoint)"),
        ("a negative number", "c2sp.org/tlog-proof@v1\nindex -5\n\n\(checkpoint)"),
        ("a sign", "c2sp.org/tlog-proof@v1\nindex +5\n\n\(checkpoint)"),
        ("a leading zero", "c2sp.org/tlog-proof@v1\nindex 05\n\n\(checkpoint)"),
        ("two spaces", "c2sp.org/tlog-proof@v1\nindex  5\n\n\(checkpoint)"),
        ("2^63", "c2sp.org/tlog-proof@v1\nindex 9223372036854775808\n\n\(checkpoint)"),
        ("extra that is not Base64", "c2sp.org/tlog-proof@v1\nextra !\nindex 0\n\n\(checkpoint)"),
        ("extra after the index", "c2sp.org/tlog-proof@v1\nindex 0\nextra AAAA\n\n\(checkpoint)"),
        ("two extras", "c2sp.org/tlog-proof@v1\nextra AAAA\nextra AAAA\nindex 0\n\n\(checkpoint)"),
        ("a hash that is not Base64", "c2sp.org/tlog-proof@v1\nindex 0\n!!\n\n\(checkpoint)"),
        (
            "a hash of 64 bytes",
            "c2sp.org/tlog-proof@v1\nindex 0\n\(String(repeating: "A", count: 86))==\n\n\(checkpoint)"
        ),
        ("64 hashes", "c2sp.org/tlog-proof@v1\nindex 0\n\(String(repeating: hash + "\n", count: 64))\n\(checkpoint)"),
        ("no blank line", "c2sp.org/tlog-proof@v1\nindex 0\n\(hash)\n\(checkpoint)"),
        ("two blank lines", "c2sp.org/tlog-proof@v1\nindex 0\n\n\n\(checkpoint)"),
        ("carriage returns", "c2sp.org/tlog-proof@v1\r\nindex 0\r\n\r\n\(checkpoint)"),
        ("no checkpoint", "c2sp.org/tlog-proof@v1\nindex 0\n\n"),
    ]

    @Test("other files are refused", arguments: bad)
    func refused(_ name: String, _ text: String) {
        #expect(throws: FormatError.self, "\(name)") { try TransparencyProof(Array(text.utf8)) }
    }

    @Test("63 hashes are read")
    func longest() throws {
        let text =
            "c2sp.org/tlog-proof@v1\nindex 0\n\(String(repeating: Self.hash + "\n", count: 63))\n\(Self.checkpoint)"
        #expect(try TransparencyProof(Array(text.utf8)).hashes.count == 63)
    }

    @Test("each leaf of a log is proved, and no other leaf, index or head")
    func verify() throws {
        let log = try TestLog(count: 13)
        let policy = try TrustPolicy(Array("log \(log.key.verifierKey)\nquorum none\n".utf8))
        let head = try log.checkpoint(13)
        for index in 0..<13 {
            let proof = try TransparencyProof(log.proof(index, in: head).bytes)
            #expect(try proof.verify(leaf: log.leaves[index], policy: policy).cosigned.isEmpty)
            #expect(throws: TransparencyProof.Rejection.inclusion(.wrongRoot)) {
                try proof.verify(leaf: log.leaves[(index + 1) % 13], policy: policy)
            }
            let moved = TransparencyProof(index: proof.index ^ 1, hashes: proof.hashes, checkpoint: head)
            #expect(throws: TransparencyProof.Rejection.self) {
                try moved.verify(leaf: log.leaves[index], policy: policy)
            }
        }
        let unknown = try TrustPolicy(Array("quorum none\n".utf8))
        #expect(throws: TransparencyProof.Rejection.checkpoint(.log(.unknownLog("log.example/history")))) {
            try log.proof(0, in: head).verify(leaf: log.leaves[0], policy: unknown)
        }
        _ = try log.proof(0, in: head).verify(leaf: log.leaves[0], policy: unknown, logKeys: [log.key.verifier])
    }

    @Test("each truncation is refused, and each bit turned too")
    func damaged() throws {
        let log = try TestLog(count: 6)
        let policy = try TrustPolicy(Array("log \(log.key.verifierKey)\nquorum none\n".utf8))
        let bytes = log.proof(4, in: try log.checkpoint(6)).bytes
        for length in 0..<bytes.count {
            #expect(throws: FormatError.self) { try TransparencyProof(Array(bytes.prefix(length))) }
        }
        for bit in 0..<bytes.count * 8 {
            var bad = bytes
            bad[bit / 8] ^= 1 << UInt8(bit % 8)
            let acceptance = try? TransparencyProof(bad).verify(leaf: log.leaves[4], policy: policy)
            #expect(acceptance == nil, "bit \(bit)")
        }
    }
}
