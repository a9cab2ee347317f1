import Testing
import TransparencyLog

@Suite("Messages to and from witnesses")
struct WitnessMessageTests {
    private static let hash = MerkleHash.emptyRoot.description
    private static let checkpoint = "o\n5\n\(MerkleHash.emptyRoot)\n\n— o AAAAAAA=\n"

    @Test("requests are read and written", arguments: [0, 1, 63])
    func layout(hashes: Int) throws {
        let text = "old 20852014\n\(String(repeating: "\(Self.hash)\n", count: hashes))\n\(Self.checkpoint)"
        let request = try AddCheckpointRequest(Array(text.utf8))
        #expect(request.oldSize == 20_852_014)
        #expect(request.proof.count == hashes)
        #expect(request.bytes == Array(text.utf8))
    }

    static let bad: [(String, String)] = [
        ("empty", ""), ("no old line", "\n\(checkpoint)"), ("another word", "new 5\n\n\(checkpoint)"),
        ("no number", "old \n\n\(checkpoint)"), ("no space", "old5\n\n\(checkpoint)"),
        ("a leading zero", "old 05\n\n\(checkpoint)"),
        ("a sign", "old +5\n\n\(checkpoint)"), ("negative", "old -5\n\n\(checkpoint)"),
        ("a space at the end", "old 5 \n\n\(checkpoint)"),
        ("a carriage return", "old 5\r\n\n\(checkpoint)"), ("2^63", "old 9223372036854775808\n\n\(checkpoint)"),
        ("64 hashes", "old 5\n\(String(repeating: hash + "\n", count: 64))\n\(checkpoint)"),
        ("no hash", "old 5\nAAAA\n\n\(checkpoint)"),
        ("no blank line", "old 5\n\(checkpoint)"), ("no checkpoint", "old 5\n\n"),
        ("a blank line more", "old 5\n\n\n\(checkpoint)"),
        ("text after it", "old 5\n\n\(checkpoint)x\n"),
    ]

    @Test("other requests are refused", arguments: bad)
    func refused(_ name: String, _ text: String) {
        #expect(throws: FormatError.self, "\(name)") { try AddCheckpointRequest(Array(text.utf8)) }
    }

    @Test("each truncation of a request is refused")
    func truncated() throws {
        let bytes = try TestLog(count: 9).request(5, 9).bytes
        #expect(try AddCheckpointRequest(bytes).bytes == bytes)
        for length in 0..<bytes.count {
            #expect(throws: FormatError.self) { try AddCheckpointRequest(Array(bytes.prefix(length))) }
        }
    }

    @Test("answers come back from their status and body")
    func answers() throws {
        let log = try TestLog(count: 3)
        let key = try CosignatureKey(name: "w")
        let cosignature = try key.cosign(try log.checkpoint(3).checkpoint, at: 5)
        let answers: [WitnessAnswer] = [
            .cosigned([cosignature]), .badRequest, .forbidden, .unknownLog, .conflict(size: 0), .conflict(size: 17),
            .unprocessable,
            .other(status: 500), .other(status: 302),
        ]
        for answer in answers {
            let again = try WitnessAnswer(status: answer.status, contentType: answer.contentType, body: answer.body)
            #expect(again == answer)
        }
        #expect(WitnessAnswer.conflict(size: 17).body == Array("17\n".utf8))
    }

    @Test(
        "other answers are refused",
        arguments: ["", "\n", "17", "17\n\n", "017\n", "+17\n", "-1\n", " 17\n", "17\r\n", "x\n"]
    )
    func badAnswers(_ body: String) {
        #expect(throws: FormatError.self) {
            try WitnessAnswer(status: 409, contentType: "text/x.tlog.size", body: Array(body.utf8))
        }
        #expect(throws: FormatError.self) { try WitnessAnswer(status: 200, contentType: nil, body: Array(body.utf8)) }
    }

    @Test("a 409 of a proxy is no conflict")
    func proxy() {
        for type in [nil, "text/plain", "text/html"] {
            #expect(throws: FormatError.self) {
                try WitnessAnswer(status: 409, contentType: type, body: Array("17\n".utf8))
            }
        }
    }

    @Test("only cosignatures of known keys over this checkpoint are taken from an answer")
    func verified() throws {
        let log = try TestLog(count: 4)
        let (known, unknown) = (try CosignatureKey(name: "w1"), try CosignatureKey(name: "w2"))
        let head = try log.checkpoint(4)
        let good = try known.cosign(head.checkpoint, at: 5)
        let other = try unknown.cosign(head.checkpoint, at: 5)
        let verified = try WitnessAnswer.verified([good, other], of: head, by: [known.verifier])
        #expect(verified.map(\.signature) == [good])
        let older = try known.cosign(try log.checkpoint(3).checkpoint, at: 5)
        #expect(throws: BadSignature.self) { try WitnessAnswer.verified([older], of: head, by: [known.verifier]) }
    }
}
