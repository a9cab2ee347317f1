import Testing
import TransparencyLog

@Suite("Checkpoints")
struct CheckpointTests {
    private static let root = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="

    @Test("the example of the specification is read and written")
    func specification() throws {
        let text = "example.com/behind-the-sofa\n20852163\n\(Self.root)\n"
        let checkpoint = try Checkpoint(text: Array(text.utf8))
        #expect(checkpoint.origin == "example.com/behind-the-sofa")
        #expect(checkpoint.size == 20_852_163)
        #expect(checkpoint.root.description == Self.root)
        #expect(checkpoint.extensions.isEmpty)
        #expect(checkpoint.text == Array(text.utf8))
    }

    @Test("extension lines of others are kept as they are", arguments: [["a"], ["a b", "c\u{A0}", "4"]])
    func extensions(_ lines: [String]) throws {
        let text = "o\n5\n\(Self.root)\n" + lines.map { "\($0)\n" }.joined()
        let checkpoint = try Checkpoint(text: Array(text.utf8))
        #expect(checkpoint.extensions == lines.map { OctetString($0) })
        #expect(checkpoint.text == Array(text.utf8))
    }

    @Test("numbers with one spelling", arguments: ["0", "1", "10", "9223372036854775807"])
    func sizes(_ size: String) throws {
        #expect(try Checkpoint(text: Array("o\n\(size)\n\(Self.root)\n".utf8)).size == UInt64(size))
    }

    @Test(
        "other sizes are refused",
        arguments: [
            "", "00", "01", "+1", "-1", "-0", " 1", "1 ", "1.0", "1e3", "0x1", "1_000", "a", "٣", "9223372036854775808",
            "18446744073709551616",
            "99999999999999999999", "00000000000000000000001",
        ]
    )
    func badSizes(_ size: String) {
        #expect(throws: FormatError.self) { try Checkpoint(text: Array("o\n\(size)\n\(Self.root)\n".utf8)) }
    }

    @Test(
        "other texts are refused",
        arguments: [
            "", "\n", "o\n", "o\n5\n", "\n5\n\(root)\n", "o\n5\n\(root)", "o\n5\n\(root)\n\n", "o\n5\n\(root)\nx",
            "o\n5\n\(root)\nx\n\n",
            "o\n5\n\(root)\n\nx\n", "o\n\(root)\n5\n", "o\n5\n \(root)\n", "o\n5\n\(root) \n", "o\n5\nAAAA\n",
            "o\n5\n\(root)AAAA\n",
            "o\n5\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2J=\n",
            "o\n5\nCsUYapGGPo4dkMgIAUqom_Xajj7h2fB2MPA3j2jxq2I=\n",
        ]
    )
    func refused(_ text: String) {
        #expect(throws: FormatError.self) { try Checkpoint(text: Array(text.utf8)) }
    }

    @Test("each truncation of a signed checkpoint is refused")
    func truncated() throws {
        let log = try TestLog(count: 5)
        let bytes = try log.checkpoint(5).bytes
        #expect(try SignedCheckpoint(bytes).bytes == bytes)
        for length in 0..<bytes.count {
            #expect(throws: FormatError.self, "\(length)") { try SignedCheckpoint(Array(bytes.prefix(length))) }
        }
    }

    @Test("a log's key signs for the log of its name only")
    func origin() throws {
        let (log, other) = (try TestLog(count: 2), try TestLog(origin: "other.example", count: 2))
        let checkpoint = try log.checkpoint(2)
        try checkpoint.verify(logKeys: [other.key.verifier, log.key.verifier])
        #expect(throws: SignedCheckpoint.Rejection.unknownLog("log.example/history")) {
            try checkpoint.verify(logKeys: [other.key.verifier])
        }
        let foreign = SignedNote.checkpoint(checkpoint.checkpoint.text, try other.key.sign(checkpoint.checkpoint.text))
        #expect(throws: SignedCheckpoint.Rejection.notSigned("log.example/history")) {
            try SignedCheckpoint(foreign).verify(logKeys: [other.key.verifier, log.key.verifier])
        }
    }

    @Test("a cosignature is no log's signature, and a log's signature is no cosignature")
    func types() throws {
        let log = try TestLog(count: 2)
        let witness = try CosignatureKey(name: "log.example/history")
        let head = try log.checkpoint(2)
        let cosigned = SignedNote.checkpoint(head.checkpoint.text, try witness.cosign(head.checkpoint, at: 1))
        #expect(throws: SignedCheckpoint.Rejection.unknownLog("log.example/history")) {
            try SignedCheckpoint(cosigned).verify(logKeys: [witness.verifier])
        }
        #expect(try head.cosignatures(of: [log.key.verifier]).isEmpty)
    }

    @Test("a signature of another text under the known key rejects the checkpoint")
    func wrongSignature() throws {
        let log = try TestLog(count: 3)
        let note = SignedNote.checkpoint(try log.checkpoint(3).checkpoint.text, try log.key.sign(Array("other\n".utf8)))
        let bad = BadSignature(name: log.key.verifier.name, id: log.key.verifier.id)
        #expect(throws: SignedCheckpoint.Rejection.badSignature(bad)) {
            try SignedCheckpoint(note).verify(logKeys: [log.key.verifier])
        }
    }
}

extension SignedNote {
    /// The bytes of a note that has one signature.
    static func checkpoint(_ text: [UInt8], _ signature: NoteSignature) -> [UInt8] {
        text + [0x0A] + signature.line
    }
}
