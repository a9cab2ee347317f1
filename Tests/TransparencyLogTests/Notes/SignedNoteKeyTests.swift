import Crypto
import Foundation
import Testing
import TransparencyLog

@Suite("Keys of signed notes")
struct SignedNoteKeyTests {
    private static let name = "ops1.example.com/secret-rotator"

    // The example of Go's package golang.org/x/mod/sumdb/note: a public text, no secret.
    private static let goFile =
        "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz\n"
    private static let goVerifier = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"

    /// The key ID as the format says it: SHA-256(name ‖ 0x0A ‖ 0x01 ‖ public key), its first four bytes.
    private func identifier(_ name: String, _ typedKey: Data) -> String {
        SHA256.hash(data: Data(name.utf8) + [0x0A] + typedKey).prefix(4)
            .map { String(format: "%02x", $0) }.joined()
    }

    @Test("a key that Go made is read, and has the verifier key that Go says")
    func goExample() throws {
        let key = try SignedNoteKey(fileText: Self.goFile)
        #expect(key.name == "PeterNeumann")
        #expect(key.verifierKey == Self.goVerifier)
        let isSame = key.fileText == Self.goFile
        #expect(isSame)
    }

    @Test("a verifier key is name, ID and typed public key", arguments: 0..<20)
    func verifierKey(_: Int) throws {
        let parts = try SignedNoteKey(name: Self.name).verifierKey.split(separator: "+", maxSplits: 2).map(String.init)
        try #require(parts.count == 3)
        let typedKey = try #require(Data(base64Encoded: parts[2]))
        #expect(parts[0] == Self.name)
        #expect(typedKey.count == 33 && typedKey.first == 1)
        #expect(parts[1] == identifier(Self.name, typedKey))
    }

    @Test("a key file holds the private key of the verifier key", arguments: 0..<20)
    func fileText(_: Int) throws {
        let key = try SignedNoteKey(name: Self.name)
        let parts = key.fileText.split(separator: "+", maxSplits: 4).map(String.init)
        try #require(parts.count == 5)
        #expect(parts[0...2].elementsEqual(["PRIVATE", "KEY", Self.name]))
        let typedKey = try #require(Data(base64Encoded: String(parts[4].dropLast())))
        #expect(parts[4].hasSuffix("\n"))
        let isTyped = typedKey.count == 33 && typedKey.first == 1
        #expect(isTyped)
        let publicKey = try Curve25519.Signing.PrivateKey(rawRepresentation: Data(typedKey.dropFirst())).publicKey
        let typedPublicKey = Data([1]) + publicKey.rawRepresentation
        #expect(key.verifierKey == "\(Self.name)+\(parts[3])+\(typedPublicKey.base64EncodedString())")
    }

    @Test("a key comes back from its file, with and without the newline at the end", arguments: ["\n", "", "\r\n"])
    func roundTrip(end: String) throws {
        let key = try SignedNoteKey(name: Self.name)
        let read = try SignedNoteKey(fileText: String(key.fileText.dropLast()) + end)
        #expect(read.name == key.name)
        #expect(read.verifierKey == key.verifierKey)
    }

    @Test("each new key is another one")
    func fresh() throws {
        let keys = try (0..<20).map { _ in try SignedNoteKey(name: Self.name).verifierKey }
        #expect(Set(keys).count == 20)
    }

    @Test("a word is a name", arguments: ["a", "example.com", name, "é", "a-b_c:1"])
    func goodName(name: String) throws {
        #expect(SignedNoteKey.isName(name))
        #expect(try SignedNoteKey(name: name).name == name)
    }

    @Test(
        "anything with white space or a plus sign is no name",
        arguments: ["", " ", "a b", "a+b", "+", "a\t", "a\n", "a\r\n", "\u{A0}a", "a\u{3000}", "a\u{2028}b", "a\u{85}"]
    )
    func badName(name: String) {
        #expect(!SignedNoteKey.isName(name))
        #expect(throws: SignedNoteKey.Invalid.name) { try SignedNoteKey(name: name) }
    }
}
