import Testing
import TransparencyLog

@Suite("Cosignatures of witnesses")
struct CosignatureTests {
    @Test("a real checkpoint with the cosignatures of four public witnesses")
    func real() throws {
        let bytes = try Vectors.Arche.checkpoint()
        let checkpoint = try SignedCheckpoint(bytes)
        #expect(checkpoint.bytes == bytes)
        try checkpoint.verify(logKeys: [try VerifierKey(Vectors.Arche.logKey)])
        let keys = try Vectors.Arche.witnessKeys.map { try VerifierKey($0) }
        let cosignatures = try checkpoint.cosignatures(of: keys)
        #expect(cosignatures.map(\.key) == keys)
        #expect(cosignatures.map { Cosignature($0.signature)?.time } == Array(repeating: Vectors.Arche.time, count: 4))
    }

    @Test("each of its bits turned is found by one of its five keys, or leaves fewer signatures")
    func bits() throws {
        let bytes = try Vectors.Arche.checkpoint()
        let logKey = try VerifierKey(Vectors.Arche.logKey)
        let keys = try Vectors.Arche.witnessKeys.map { try VerifierKey($0) }
        // The text, and the last signature.
        for place in Array(0..<100) + Array(bytes.count - 120..<bytes.count) {
            var bad = bytes
            bad[place] ^= UInt8(1 << (place % 8))
            let count = try? {
                let checkpoint = try SignedCheckpoint(bad)
                try checkpoint.verify(logKeys: [logKey])
                return try checkpoint.cosignatures(of: keys).count
            }()
            #expect((count ?? 0) < 4, "byte \(place)")
        }
    }

    @Test("the time in a published signature, from transparency-dev/formats")
    func time() throws {
        let base64 =
            "ZGhGuQAAAABm/qTPeyKXD+R2rzyQsxPiP8mXum7qq/iF0u4vanlqJyocWODBt97w9uL+8qT7S5gxEHWWOworDcFiEBYJXORmnFBOBA=="
        let note = try SignedNote(Array("a\n\n— a \(base64)\n".utf8))
        #expect(Cosignature(note.signatures[0])?.time == 1_727_964_367)
        let other = try SignedNote(
            Array(
                "a\n\n— a eQjRQm6eSKzFoiYalgwCPXu2y3ijtg68is9M46JKxuZB+dRfTmeQeDBoXnvxZx2ugnkyV+MUMLXpWs1hPb/W/4xkNQY=\n"
                    .utf8
            )
        )
        #expect(Cosignature(other.signatures[0]) == nil)
    }

    @Test(
        "what a witness signs is verified, at all times that there are",
        arguments: [1, 1_679_315_147, UInt64(Int64.max)]
    )
    func roundTrip(time: UInt64) throws {
        let key = try CosignatureKey(name: "witness.example/w1")
        let checkpoint = try TestLog(count: 4).checkpoint(4)
        let cosignature = try key.cosign(checkpoint.checkpoint, at: time)
        let verified = try checkpoint.adding([cosignature]).cosignatures(of: [key.verifier])
        #expect(verified.map { Cosignature($0.signature)?.time } == [time])
    }

    @Test("a time is never zero, which would say less, and never above 2^63 − 1")
    func clampedTime() throws {
        let key = try CosignatureKey(name: "w")
        let checkpoint = try TestLog(count: 1).checkpoint(1).checkpoint
        #expect(Cosignature(try key.cosign(checkpoint, at: 0))?.time == 1)
        #expect(Cosignature(try key.cosign(checkpoint, at: .max))?.time == UInt64(Int64.max))
    }

    @Test("a time above 2^63 − 1, and another length, is no cosignature")
    func badTime() throws {
        for (first, length, isGood) in [(0x7F, 72, true), (0x80, 72, false), (0, 71, false), (0, 73, false)] {
            let bytes = [0, 0, 0, 0, UInt8(first)] + [UInt8](repeating: 0xFF, count: length - 1)
            let note = try SignedNote(Array("a\n\n— a ".utf8) + Base64.encode(bytes) + [0x0A])
            #expect((Cosignature(note.signatures[0]) != nil) == isGood, "\(first), \(length)")
        }
    }

    @Test("a cosignature covers the time, each line and the extension lines")
    func covered() throws {
        let key = try CosignatureKey(name: "w")
        let root = MerkleHash.leaf("a").description
        let signed = try Checkpoint(text: Array("o\n5\n\(root)\nextended\n".utf8))
        let line = try key.cosign(signed, at: 7)
        for text in [
            "o\n5\n\(root)\nextendex\n", "o\n5\n\(root)\n", "o\n4\n\(root)\nextended\n", "p\n5\n\(root)\nextended\n",
        ] {
            let other = try SignedCheckpoint(Array("\(text)\n".utf8) + line.line)
            #expect(throws: BadSignature.self) { try other.cosignatures(of: [key.verifier]) }
        }
        var late = line.line
        // The time is in the bytes 4 to 11 of what Base64 encodes.
        let start = late.count - 1 - Base64.encode([UInt8](repeating: 0, count: 76)).count
        late.replaceSubrange(start + 12..<start + 16, with: Array("AAAI".utf8))
        #expect(throws: BadSignature.self) {
            try SignedCheckpoint(signed.text + [0x0A] + late).cosignatures(of: [key.verifier])
        }
    }

    @Test("the key file of a witness comes back, and is no key of a log")
    func keyFile() throws {
        let key = try CosignatureKey(name: "witness.example/w1")
        let again = try CosignatureKey(fileText: key.fileText)
        #expect(again.verifier == key.verifier)
        #expect(try VerifierKey(key.verifier.description) == key.verifier)
        #expect(throws: SignedNoteKey.Invalid.file) { try SignedNoteKey(fileText: key.fileText) }
        #expect(throws: CosignatureKey.Invalid.file) {
            try CosignatureKey(fileText: try SignedNoteKey(name: "witness.example/w1").fileText)
        }
        #expect(throws: CosignatureKey.Invalid.name) { try CosignatureKey(name: "a b") }
    }

    @Test("a new cosignature replaces the old one of its key, and no other")
    func replaced() throws {
        let keys = try ["w1", "w2"].map { try CosignatureKey(name: $0) }
        let head = try TestLog(count: 4).checkpoint(4)
        let once = head.adding(try keys.map { try $0.cosign(head.checkpoint, at: 1) })
        let twice = once.adding([try keys[0].cosign(head.checkpoint, at: 2)])
        #expect(twice.note.signatures.count == 3)
        let verified = try twice.cosignatures(of: keys.map(\.verifier))
        #expect(verified.map { Cosignature($0.signature)?.time } == [1, 2])
    }
}
