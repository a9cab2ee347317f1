import Crypto
import Foundation

/// An Ed25519 key that signs notes in the C2SP format (<https://c2sp.org/signed-note>).
package struct SignedNoteKey: Sendable {
    /// The key's name: the origin of the log that it signs.
    package let name: String
    private let key: Curve25519.Signing.PrivateKey

    /// Why a name or a file is no key.
    package enum Invalid: Error, Equatable, CustomStringConvertible {
        case name
        case file

        package var description: String {
            switch self {
            case .name: "an origin is a word without spaces and without +, such as ops1.example.com/secret-rotator"
            case .file: "not a key made by: secret-rotator keygen audit"
            }
        }
    }

    /// Makes a new key.
    package init(name: String) throws(Invalid) {
        guard Self.isName(name) else { throw .name }
        self.name = name
        key = Curve25519.Signing.PrivateKey()
    }

    /// Reads the text of a key file.
    package init(fileText: String) throws(Invalid) {
        let parts = fileText.split(separator: "+", maxSplits: 4, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 5, parts[0] == "PRIVATE", parts[1] == "KEY", Self.isName(parts[2]),
            let data = Data(base64Encoded: parts[4].filter { !$0.isNewline }), data.first == 1,
            let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: data.dropFirst())
        else { throw .file }
        name = parts[2]
        self.key = key
        guard parts[3] == identifier else { throw .file }
    }

    /// What a key file holds: Go's `note.GenerateKey` form of a private key.
    package var fileText: String {
        "PRIVATE+KEY+\(name)+\(identifier)+\((Data([1]) + key.rawRepresentation).base64EncodedString())\n"
    }

    /// The verifier key `name+ID+base64(0x01 ‖ public key)`, which anybody may know.
    package var verifierKey: String {
        "\(name)+\(identifier)+\(typedPublicKey.base64EncodedString())"
    }

    private var typedPublicKey: Data { Data([1]) + key.publicKey.rawRepresentation }

    /// The first four bytes of SHA-256(name ‖ 0x0A ‖ 0x01 ‖ public key), in hexadecimal.
    private var identifier: String {
        let digest = SHA256.hash(data: Data(name.utf8) + Data([0x0A]) + typedPublicKey)
        return digest.prefix(4).map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }

    /// Whether a text can be the name of a key: not empty, without spaces and without `+`.
    package static func isName(_ name: String) -> Bool {
        !name.isEmpty && name.unicodeScalars.allSatisfy { $0 != "+" && !$0.properties.isWhitespace }
    }
}
