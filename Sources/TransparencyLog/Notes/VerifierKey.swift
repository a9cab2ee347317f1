internal import Crypto

/// A public key that verifies signatures of notes: `name+ID+base64(type ‖ public key)`, <https://c2sp.org/signed-note>.
package struct VerifierKey: Hashable, Sendable, CustomStringConvertible {
    /// The key's name; a log's is its origin.
    package let name: OctetString
    /// How its signatures are made.
    package let type: SignatureType
    /// The ID that its signatures carry.
    package let id: KeyID
    /// The 32 bytes of the Ed25519 key.
    package let publicKey: [UInt8]

    init(name: OctetString, type: SignatureType, publicKey: Curve25519.Signing.PublicKey) {
        self.init(name: name, type: type, raw: Array(publicKey.rawRepresentation))
    }

    private init(name: OctetString, type: SignatureType, raw: [UInt8]) {
        self.name = name
        self.type = type
        publicKey = raw
        id = KeyID(name: name, typedKey: [type.rawValue] + raw)
    }

    /// Reads a verifier key; the ID must be that of the name and the key, and the type one that is known here.
    package init(_ text: OctetString) throws(FormatError) {
        // The Base64 may have a + too.
        let parts = text.bytes.split(separator: UInt8(ascii: "+"), maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3 else { throw FormatError(.verifierKey, "not of the form name+ID+key") }
        let name = OctetString(bytes: parts[0])
        guard name.isKeyName else { throw FormatError(.verifierKey, "the name is empty or has a space") }
        guard let id = KeyID(hexadecimal: parts[1]) else {
            throw FormatError(.verifierKey, "the ID is not eight hexadecimal digits in lower case")
        }
        guard let bytes = Base64.decode(parts[2]), let first = bytes.first else {
            throw FormatError(.verifierKey, "the key is not Base64")
        }
        guard let type = SignatureType(rawValue: first) else {
            throw FormatError(.verifierKey, "keys of type \(first) are not supported; 1 and 4 are")
        }
        let raw = Array(bytes.dropFirst())
        guard raw.count == 32, (try? Curve25519.Signing.PublicKey(rawRepresentation: raw)) != nil else {
            throw FormatError(.verifierKey, "the key is not 32 bytes of Ed25519")
        }
        self.init(name: name, type: type, raw: raw)
        guard self.id == id else { throw FormatError(.verifierKey, "the ID is not that of the name and the key") }
    }

    /// Reads a verifier key; the ID must be that of the name and the key, and the type one that is known here.
    package init(_ text: String) throws(FormatError) {
        try self.init(OctetString(text))
    }

    package var description: String {
        "\(name)+\(id)+\(String(decoding: Base64.encode([type.rawValue] + publicKey), as: UTF8.self))"
    }

    /// Whether a signature carries this key's name and ID.
    package func made(_ signature: NoteSignature) -> Bool {
        signature.name == name && signature.id == id
    }

    /// Whether this key's owner made a signature of a note's text.
    func verifies(_ signature: NoteSignature, of text: [UInt8]) -> Bool {
        guard made(signature), let key = try? Curve25519.Signing.PublicKey(rawRepresentation: publicKey) else {
            return false
        }
        switch type {
        case .ed25519: return key.isValidSignature(signature.bytes, for: text)
        case .cosignature:
            guard let cosignature = Cosignature(signature) else { return false }
            return key.isValidSignature(cosignature.signature, for: Cosignature.message(text, time: cosignature.time))
        }
    }
}
