import Foundation
import Testing
import TransparencyLog

@Suite("Files that hold no key for signed notes")
struct SignedNoteKeyFileTests {
    /// The public example of Go's package golang.org/x/mod/sumdb/note, with parts replaced.
    private static func file(
        prefix: String = "PRIVATE+KEY",
        name: String = "PeterNeumann",
        id: String = "c74f20a3",
        key: String = "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
    ) -> String {
        "\(prefix)+\(name)+\(id)+\(key)\n"
    }

    private static func base64(_ type: UInt8, count: Int) -> String {
        Data([type] + [UInt8](repeating: 7, count: count)).base64EncodedString()
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let text: String

        init(_ name: String, _ text: String) {
            testDescription = name
            self.text = text
        }
    }

    static let bad: [Case] = [
        Case("an empty file", ""),
        Case("only the prefix", "PRIVATE+KEY\n"),
        Case("another text", "-----BEGIN PRIVATE KEY-----\n"),
        Case("another prefix", file(prefix: "PUBLIC+KEY")),
        Case("a prefix in lower case", file(prefix: "private+key")),
        Case("the verifier key", "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"),
        Case("another ID", file(id: "c74f20a4")),
        Case("no ID", file(id: "")),
        Case("a shorter ID", file(id: "c74f20a")),
        Case("an ID in upper case", file(id: "C74F20A3")),
        Case("another name", file(name: "PeterNewmann")),
        Case("no name", file(name: "")),
        Case("a name with a space", file(name: "Peter Neumann")),
        Case("another key", file(key: "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFa")),
        Case("no key", file(key: "")),
        Case("no base64", file(key: "AYEKFALVFGyNhPJEMzD1QIDr*Y7hfZx09iUvxdXHKDFz")),
        Case("text after the key", file() + "x"),
        Case("a key of 31 bytes", file(key: base64(1, count: 31))),
        Case("a key of 33 bytes", file(key: base64(1, count: 33))),
        Case("a key of another type", file(key: base64(2, count: 32))),
        Case("a type and no key", file(key: base64(1, count: 0))),
    ]

    @Test("a file that is not what was written is refused", arguments: bad)
    func refused(_ example: Case) {
        #expect(throws: SignedNoteKey.Invalid.file) { try SignedNoteKey(fileText: example.text) }
    }

    @Test("the untouched file is read")
    func control() throws {
        #expect(try SignedNoteKey(fileText: Self.file()).name == "PeterNeumann")
    }

    @Test("showing a key does not show its private half")
    func notShown() throws {
        let key = try SignedNoteKey(fileText: Self.file())
        var dumped = ""
        dump(key, to: &dumped)
        // The key's first bytes: 0x81 0x0a 0x14 0x02
        let traces = ["129,10,20,2", "-129-10-20-2", "810a1402", "AYEKFALV"]
        let leaks = [dumped, String(describing: key), String(reflecting: key)].contains { text in
            traces.contains { text.filter { !$0.isWhitespace }.contains($0) }
        }
        #expect(!leaks)
    }
}
