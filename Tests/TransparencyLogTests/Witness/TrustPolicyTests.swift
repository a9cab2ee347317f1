import TestSupport
import Testing
import TransparencyLog

@Suite("Trust policies")
struct TrustPolicyTests {
    private static let keys = (1...6).compactMap { try? CosignatureKey(name: "w\($0).example") }

    private static func witness(_ number: Int, _ rest: String = "") -> String {
        "witness W\(number) \(keys[number - 1].verifier)\(rest)\n"
    }

    private static func policy(_ lines: String) throws -> TrustPolicy {
        try TrustPolicy(Array(((1...6).map { witness($0) }.joined() + lines).utf8))
    }

    @Test("white space, comments and addresses, as sigsum's tests have them")
    func layout() throws {
        let text =
            "\n# example é\n\t # comment\n  log\t\(Vectors.Go.peterKey)   http://log.example \n\n"
            + Self.witness(1, " http://w1")
            + "  \(Self.witness(2, "\t"))group G any W1 W2\n\nquorum G\n log \(Vectors.Go.enochKey)\n"
        let policy = try TrustPolicy(Array(text.utf8))
        #expect(policy.logs.map(\.url) == ["http://log.example", nil])
        #expect(policy.witnesses.map(\.name) == ["W1", "W2"])
        #expect(policy.witnesses.map(\.party.url) == ["http://w1", nil])
        #expect(policy.quorum == .named("G"))
    }

    /// Quorums and who is enough, as in sigsum-go's pkg/policy/config_test.go, and more.
    static let quorums: [(String, [[Int]], [[Int]])] = [
        ("quorum none\n", [[], [1]], []),
        ("quorum W2\n", [[2], [1, 2]], [[], [1]]),
        (
            "group G1 any W1 W2\ngroup G2 2 W3 W4 W5\ngroup G3 all G1 G2\nquorum G3\n",
            [[1, 3, 4], [2, 3, 5], [1, 2, 3, 4, 5]],
            [[], [1], [2], [3], [3, 4, 5], [1, 2], [1, 3], [1, 2, 6]]
        ),
        (
            "group A-group 1 W1 W2 W3\ngroup B-group 2 W4 W5 W6\ngroup G any A-group B-group\nquorum G\n",
            [[1], [2], [3], [1, 3], [1, 3, 4], [4, 5], [4, 6], [5, 6], [4, 5, 6]], [[], [4], [5], [6]]
        ),
        (
            "group G 3 W1 W2 W3 W4\nquorum G\n", [[1, 2, 3], [2, 3, 4], [1, 2, 3, 4]],
            [[1, 2], [3, 4], [1, 2, 5, 6]]
        ),
        ("group any all W1 W2\nquorum any\n", [[1, 2]], [[1], [2]]),
    ]

    @Test("who is a quorum", arguments: quorums)
    func quorum(_ lines: String, _ enough: [[Int]], _ tooFew: [[Int]]) throws {
        let policy = try Self.policy(lines)
        let log = try TestLog(count: 3)
        let head = try log.checkpoint(3)
        for (witnesses, isEnough) in enough.map({ ($0, true) }) + tooFew.map({ ($0, false) }) {
            let checkpoint = head.adding(
                try witnesses.map { try Self.keys[$0 - 1].cosign(head.checkpoint, at: UInt64($0)) }
            )
            let acceptance = try? policy.verify(checkpoint, logKeys: [log.key.verifier])
            #expect((acceptance != nil) == isEnough, "\(lines) \(witnesses)")
            let times = Dictionary(uniqueKeysWithValues: witnesses.map { (OctetString("W\($0)"), UInt64($0)) })
            if isEnough { #expect(acceptance?.cosigned == times) }
        }
    }

    @Test("a quorum without the log's signature is none, and a wrong cosignature of a known witness rejects")
    func rejected() throws {
        let policy = try Self.policy("quorum W1\n")
        let log = try TestLog(count: 3)
        let head = try log.checkpoint(3).checkpoint
        let alone = try SignedCheckpoint(SignedNote.checkpoint(head.text, try Self.keys[0].cosign(head, at: 1)))
        #expect(throws: TrustPolicy.Rejection.log(.notSigned(head.origin))) {
            try policy.verify(alone, logKeys: [log.key.verifier])
        }
        let other = try log.checkpoint(2).checkpoint
        let wrong = try log.checkpoint(3).adding([
            try Self.keys[0].cosign(head, at: 1), try Self.keys[1].cosign(other, at: 1),
        ])
        #expect(
            throws: TrustPolicy.Rejection.badCosignature(BadSignature(name: "w2.example", id: Self.keys[1].verifier.id))
        ) {
            try policy.verify(wrong, logKeys: [log.key.verifier])
        }
        #expect(throws: TrustPolicy.Rejection.noQuorum(cosigned: ["W3"])) {
            try policy.verify(
                try log.checkpoint(3).adding([try Self.keys[2].cosign(head, at: 1)]),
                logKeys: [log.key.verifier]
            )
        }
    }

    @Test("the real checkpoint of Arche satisfies three of its four witnesses")
    func real() throws {
        let witnesses = Vectors.Arche.witnessKeys.enumerated().map { "witness w\($0.offset) \($0.element)\n" }.joined()
        let text = "log \(Vectors.Arche.logKey)\n\(witnesses)group g 3 w0 w1 w2 w3\nquorum g\n"
        let acceptance = try TrustPolicy(Array(text.utf8)).verify(try SignedCheckpoint(try Vectors.Arche.checkpoint()))
        #expect(acceptance.cosigned.count == 4)
    }

    static let bad: [(String, String, Int?)] = [
        ("no quorum", "", nil),
        ("only a comment", "# quorum none\n", nil),
        ("no newline at the end", "quorum none", 7),
        ("two quorums", "quorum none\nquorum none\n", 8),
        ("a form feed", "# \u{C}\nquorum none\n", 7),
        ("DEL", "# \u{7F}\nquorum none\n", 7),
        ("a carriage return", "quorum none\r\n", 7),
        ("an unknown line", "logs \(Vectors.Go.peterKey)\nquorum none\n", 7),
        ("a keyword in capitals", "QUORUM none\n", 7),
        ("a comment at the end of a line", "quorum none # all\n", 7),
        ("a log without a key", "log\nquorum none\n", 7),
        ("a comment after a log", "log \(Vectors.Go.peterKey) http://l #c\nquorum none\n", 7),
        ("a log twice", "log \(Vectors.Go.peterKey)\nlog \(Vectors.Go.peterKey)\nquorum none\n", 8),
        ("a witness's key for a log", "log \(keys[0].verifier)\nquorum none\n", 7),
        ("a log's key for a witness", "witness X \(Vectors.Go.peterKey)\nquorum none\n", 7),
        ("a witness twice", "witness X \(keys[0].verifier)\nquorum none\n", 7),
        ("a name twice", "witness W1 \(Vectors.Arche.witnessKeys[0])\nquorum none\n", 7),
        ("a witness called none", "witness none \(Vectors.Arche.witnessKeys[0])\nquorum none\n", 7),
        ("a group called none", "group none any W1\nquorum none\n", 7),
        ("a group with a witness's name", "group W1 any W2\nquorum none\n", 7),
        ("an undefined member", "group G all W1 W7\nquorum G\n", 7),
        ("none as a member", "group G any none\nquorum G\n", 7),
        ("a later member", "group G any H\ngroup H any W1\nquorum G\n", 7),
        ("a group in itself", "group G any G\nquorum G\n", 7),
        ("a member twice", "group G all W1 W2 W1\nquorum G\n", 7),
        ("a member of two groups", "group G any W1 W2\ngroup H any W2 W3\nquorum G\n", 8),
        ("no member", "group G any\nquorum G\n", 7),
        ("threshold 0", "group G 0 W1 W2\nquorum G\n", 7),
        ("threshold 3 of 2", "group G 3 W1 W2\nquorum G\n", 7),
        ("threshold 01", "group G 01 W1 W2\nquorum G\n", 7),
        ("threshold +1", "group G +1 W1 W2\nquorum G\n", 7),
        ("threshold 2^63 + 1", "group G 9223372036854775809 W1 W2\nquorum G\n", 7),
        ("an undefined quorum", "quorum G\n", 7),
        ("a later quorum", "quorum G\ngroup G any W1\n", 7),
        ("two names in the quorum", "quorum W1 W2\n", 7),
    ]

    @Test("other policies are refused, with their line", arguments: bad)
    func refused(_ name: String, _ lines: String, _ number: Int?) {
        let error = #expect(throws: FormatError.self, "\(name)") { try Self.policy(lines) }
        #expect(error?.format == .policy && error?.line == number, "\(name): \(error.map { "\($0)" } ?? "")")
    }

    @Test("names are octets: bytes that are no UTF-8 are told apart")
    func octets() throws {
        func text(_ group: UInt8, _ quorum: UInt8) -> [UInt8] {
            Array("\(Self.witness(1))group ".utf8) + [group] + Array(" any W1\nquorum ".utf8) + [quorum, 0x0A]
        }
        #expect(try TrustPolicy(text(0xFF, 0xFF)).quorum == .named(OctetString(bytes: [0xFF])))
        #expect(throws: FormatError.self) { try TrustPolicy(text(0xFF, 0xFE)) }
    }

    @Test("32 logs, 32 witnesses and 32 groups, and many more")
    func large() throws {
        var text = ""
        for number in 0..<200 {
            text += "log \(try SignedNoteKey(name: "l\(number)").verifierKey)\n"
            text += "witness w\(number) \(try CosignatureKey(name: "w\(number)").verifier)\n"
            text += number == 0 ? "group g0 all w0\n" : "group g\(number) all g\(number - 1) w\(number)\n"
        }
        let policy = try TrustPolicy(Array("\(text)quorum g199\n".utf8))
        let all = Set((0..<200).map { OctetString("w\($0)") })
        #expect(policy.isQuorum(all))
        #expect(!policy.isQuorum(all.subtracting(["w77"])))
    }
}
