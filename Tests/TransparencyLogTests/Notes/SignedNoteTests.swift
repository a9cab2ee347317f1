import TestSupport
import Testing
import TransparencyLog

@Suite("Signed notes")
struct SignedNoteTests {
    private static let key = (try? VerifierKey(Vectors.Go.peterKey)).map { [$0] } ?? []
    private static let both = key + ((try? VerifierKey(Vectors.Go.enochKey)).map { [$0] } ?? [])

    private func verified(_ text: String, by keys: [VerifierKey] = both) throws -> [String] {
        try SignedNote(Array(text.utf8)).verified(by: keys).map { $0.key.name.description }
    }

    @Test("Go's example: both signatures, one with its key, none without")
    func goExample() throws {
        #expect(try verified(Vectors.Go.note) == ["PeterNeumann", "EnochRoot"])
        #expect(try verified(Vectors.Go.note, by: Self.key) == ["PeterNeumann"])
        #expect(try verified(Vectors.Go.note, by: []) == [])
        let note = try SignedNote(Array(Vectors.Go.note.utf8))
        #expect(note.text == Array(Vectors.Go.text.utf8))
        #expect(note.signatures.count == 2)
        #expect(note.bytes == Array(Vectors.Go.note.utf8))
    }

    @Test("Go's example is signed with the same bytes")
    func goSignature() throws {
        let signature = try SignedNoteKey(fileText: Vectors.Go.peterFile).sign(Array(Vectors.Go.text.utf8))
        #expect(signature.line == Array(Vectors.Go.peterLine.utf8))
    }

    @Test("the example of the specification")
    func specification() throws {
        let key = try VerifierKey("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")
        let signature = "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM="
        let note = "This is an example message.\n\n— example.com/foo \(signature)\n"
        #expect(try verified(note, by: [key]) == ["example.com/foo"])
    }

    @Test("the text may have blank lines: the last one divides")
    func blankLines() throws {
        let key = try SignedNoteKey(name: "a")
        for text in ["\n", "\n\n", "a\n\nb\n", "a\n\n— b AAAAAAA=\n"] {
            let line = try key.sign(Array(text.utf8)).line
            let note = try SignedNote(Array("\(text)\n".utf8) + line)
            #expect(note.text == Array(text.utf8))
            #expect(try note.verified(by: [key.verifier]).count == 1)
        }
    }

    @Test("lines that repeat a signature are kept, and each of a known key is verified")
    func repeated() throws {
        let note = "\(Vectors.Go.note)\(Vectors.Go.peterLine)"
        #expect(try verified(note) == ["PeterNeumann", "EnochRoot", "PeterNeumann"])
        #expect(try SignedNote(Array(note.utf8)).bytes == Array(note.utf8))
        let wrong = Vectors.Go.peterLine.replacing("nAM=", with: "nAA=")
        #expect(throws: BadSignature.self) { try verified(Vectors.Go.note + wrong) }
        #expect(
            try verified(Vectors.Go.text + "\n" + wrong + Vectors.Go.enochLine, by: [Self.both[1]]) == ["EnochRoot"]
        )
    }

    @Test("a signature of a known name with another ID, or of another name with the ID, is an unknown one")
    func unknown() throws {
        let otherID = Vectors.Go.peterLine.replacing("x08go", with: "x08gp")
        let otherName = Vectors.Go.peterLine.replacing("PeterNeumann", with: "PeterNewmann")
        #expect(try verified("\(Vectors.Go.text)\n\(otherID)\(otherName)") == [])
    }

    @Test("names are compared byte by byte")
    func unicodeNames() throws {
        let (composed, decomposed) = ("\u{E9}", "e\u{301}")
        let key = try SignedNoteKey(name: composed)
        let line = String(decoding: try key.sign(Array("a\n".utf8)).line, as: UTF8.self)
        let parts = Array(line.utf8).split(
            separator: Array(composed.utf8),
            maxSplits: 1,
            omittingEmptySubsequences: false
        )
        let other = String(decoding: Array(parts.joined(separator: Array(decomposed.utf8))), as: UTF8.self)
        #expect(line == other && !line.utf8.elementsEqual(other.utf8))
        #expect(try verified("a\n\n\(line)", by: [key.verifier]).count == 1)
        #expect(try verified("a\n\n\(other)", by: [key.verifier]).isEmpty)
    }

    @Test("each truncation is refused, or has a signature less at the end of a line")
    func truncated() throws {
        let bytes = Array(Vectors.Go.note.utf8)
        let first = Array("\(Vectors.Go.text)\n\(Vectors.Go.peterLine)".utf8).count
        for length in 0..<bytes.count {
            let note = try? SignedNote(Array(bytes.prefix(length)))
            #expect((note != nil) == (length == first), "\(length) bytes")
        }
    }

    @Test("each bit turned leaves no signature, or an error")
    func bits() throws {
        let bytes = Array("\(Vectors.Go.text)\n\(Vectors.Go.peterLine)".utf8)
        for bit in 0..<bytes.count * 8 {
            var bad = bytes
            bad[bit / 8] ^= 1 << UInt8(bit % 8)
            let verified = (try? SignedNote(bad).verified(by: Self.key)) ?? []
            #expect(verified.isEmpty, "bit \(bit)")
        }
    }

    static let malformed: [(String, String)] = [
        ("empty", ""),
        ("no signature", "a\n"),
        ("a blank line and no signature", "a\n\n"),
        ("no blank line", "a\n\(Vectors.Go.peterLine)"),
        ("no newline at the end", String(Vectors.Go.note.dropLast())),
        ("text after the signatures", Vectors.Go.note + "a\n"),
        ("a carriage return", "a\r\n\n\(Vectors.Go.peterLine)"),
        ("a tab", "a\tb\n\n\(Vectors.Go.peterLine)"),
        ("a zero byte", "a\0\n\n\(Vectors.Go.peterLine)"),
        ("a hyphen for the dash", "a\n\n- a AAAAAAA=\n"),
        ("an en dash", "a\n\n– a AAAAAAA=\n"),
        ("no space after the dash", "a\n\n—a AAAAAAA=\n"),
        ("two spaces", "a\n\n— a  AAAAAAA=\n"),
        ("a space at the end", "a\n\n— a AAAAAAA= \n"),
        ("no name", "a\n\n—  AAAAAAA=\n"),
        ("no Base64", "a\n\n— a \n"),
        ("only a name", "a\n\n— a\n"),
        ("a name with +", "a\n\n— a+b AAAAAAA=\n"),
        ("a name with a no-break space", "a\n\n— a\u{A0}b AAAAAAA=\n"),
        ("an ID without a signature", "a\n\n— a AAAAAA==\n"),
        ("bits that stick out", "a\n\n— a AAAAAAB=\n"),
        ("no padding", "a\n\n— a AAAAAAA\n"),
    ]

    @Test("what is no note is refused", arguments: malformed)
    func refused(_ name: String, _ text: String) {
        #expect(throws: FormatError.self, "\(name)") { try SignedNote(Array(text.utf8)) }
    }

    @Test("bytes that are not UTF-8 are refused")
    func notUTF8() {
        for bytes: [UInt8] in [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xE2, 0x80]] {
            #expect(throws: FormatError.self) { try SignedNote(bytes + Array("\n\n\(Vectors.Go.peterLine)".utf8)) }
        }
    }

    @Test("100 signatures and 256 KiB, and no more")
    func limits() throws {
        let line = "— a AAAAAAA=\n"
        #expect(try SignedNote(Array("a\n\n\(String(repeating: line, count: 100))".utf8)).signatures.count == 100)
        #expect(throws: FormatError.self) { try SignedNote(Array("a\n\n\(String(repeating: line, count: 101))".utf8)) }
        let rest = Array("\n\n\(line)".utf8)
        let text = [UInt8](repeating: 0x61, count: SignedNote.maximumSize - rest.count)
        #expect(try SignedNote(text + rest).text.count == text.count + 1)
        #expect(throws: FormatError.self) { try SignedNote(text + [0x61] + rest) }
    }
}
