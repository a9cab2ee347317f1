internal import Crypto

/// A private Ed25519 key with its name and type, in the form of Go's `note.GenerateKey`.
struct Ed25519NoteKey: Sendable {
    let name: OctetString
    let type: SignatureType
    private let key: Curve25519.Signing.PrivateKey

    /// Makes a new key; nil where the name is none.
    init?(name: String, type: SignatureType) {
        guard SignedNoteKey.isName(name) else { return nil }
        self.name = OctetString(name)
        self.type = type
        key = Curve25519.Signing.PrivateKey()
    }

    /// Reads the text of a key file; nil where it is none of this type.
    init?(fileText: String, type: SignatureType) {
        let text = fileText.utf8.filter { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
        let parts = text.split(separator: UInt8(ascii: "+"), maxSplits: 4, omittingEmptySubsequences: false)
        guard parts.count == 5, parts[0].elementsEqual("PRIVATE".utf8), parts[1].elementsEqual("KEY".utf8),
            let bytes = Base64.decode(parts[4]), bytes.first == type.rawValue,
            let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: bytes.dropFirst())
        else { return nil }
        name = OctetString(bytes: parts[2])
        self.type = type
        self.key = key
        guard name.isKeyName, let id = KeyID(hexadecimal: parts[3]), id == verifier.id else { return nil }
    }

    /// What a key file holds.
    var fileText: String {
        let key = String(decoding: Base64.encode([type.rawValue] + Array(key.rawRepresentation)), as: UTF8.self)
        return "PRIVATE+KEY+\(name)+\(verifier.id)+\(key)\n"
    }

    /// The public half.
    var verifier: VerifierKey { VerifierKey(name: name, type: type, publicKey: key.publicKey) }

    /// The Ed25519 signature of some bytes.
    func sign(_ bytes: [UInt8]) throws(SigningFailure) -> [UInt8] {
        guard let signature = try? key.signature(for: bytes) else { throw SigningFailure() }
        return Array(signature)
    }
}

/// The cryptographic library made no signature.
package struct SigningFailure: Error, CustomStringConvertible {
    package var description: String { "the signature could not be made" }
}
