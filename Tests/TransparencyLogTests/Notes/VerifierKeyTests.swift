import Testing
import TransparencyLog

@Suite("Verifier keys")
struct VerifierKeyTests {
    @Test(
        "published keys are read and written",
        arguments: [Vectors.Go.peterKey, Vectors.Go.enochKey, Vectors.Arche.logKey] + Vectors.Arche.witnessKeys + [
            Vectors.Sigsum.logKey
        ]
    )
    func published(_ text: String) throws {
        let key = try VerifierKey(text)
        #expect(key.description == text)
        #expect(key.type == (Vectors.Arche.witnessKeys.contains(text) ? .cosignature : .ed25519))
    }

    @Test("each part of a key, and each byte one higher, is refused, as in Go's own test")
    func mangled() {
        let bytes = Array(Vectors.Go.peterKey.utf8)
        for start in 0..<bytes.count {
            for end in start...bytes.count where start > 0 || end < bytes.count {
                #expect(throws: FormatError.self) { try VerifierKey(OctetString(bytes: bytes[start..<end])) }
            }
            var bad = bytes
            bad[start] += 1
            #expect(throws: FormatError.self) { try VerifierKey(OctetString(bytes: bad)) }
        }
    }

    @Test(
        "other keys are refused",
        arguments: [
            // Both from Go's note_test.go: a key that is too long, and an unknown type, each with the right ID.
            "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
            "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
            // From transparency-dev/formats: an ECDSA key.
            "rekor.sigstore.dev+c0d23d6a+AjBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABNhtmPtrWm3U1eQXBogSMdGvXwBcK5AW5i0hrZLOC96l+smGNM7nwZ4QvFK/4sueRoVj//QP22Ni4Qt9DPfkWLc=",
            "PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
            "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW\n",
            "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TX",
            "Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        ]
    )
    func refused(_ text: String) {
        #expect(throws: FormatError.self) { try VerifierKey(text) }
    }
}
