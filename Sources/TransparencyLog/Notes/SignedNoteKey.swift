/// An Ed25519 key that signs notes in the C2SP format (<https://c2sp.org/signed-note>), type 0x01: the key of a log.
package struct SignedNoteKey: Sendable {
    private let key: Ed25519NoteKey

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
        guard let key = Ed25519NoteKey(name: name, type: .ed25519) else { throw .name }
        self.key = key
    }

    /// Reads the text of a key file.
    package init(fileText: String) throws(Invalid) {
        guard let key = Ed25519NoteKey(fileText: fileText, type: .ed25519) else { throw .file }
        self.key = key
    }

    /// The key's name: the origin of the log that it signs.
    package var name: String { key.name.description }

    /// What a key file holds: Go's `note.GenerateKey` form of a private key.
    package var fileText: String { key.fileText }

    /// The verifier key `name+ID+base64(0x01 ‖ public key)`, which anybody may know.
    package var verifierKey: String { key.verifier.description }

    /// The public half.
    package var verifier: VerifierKey { key.verifier }

    /// Signs the text of a note; it must end with a newline, be UTF-8 and have no other control characters.
    package func sign(_ text: [UInt8]) throws(SigningFailure) -> NoteSignature {
        NoteSignature(name: key.name, id: key.verifier.id, bytes: try key.sign(text))
    }

    /// Signs a tree head of the log that has this key's name.
    ///
    /// The caller makes sure that the head is durable and extends all heads that were signed before.
    package func signCheckpoint(size: UInt64, root: MerkleHash) throws(SigningFailure) -> SignedCheckpoint {
        let checkpoint = Checkpoint(origin: key.name, size: size, root: root)
        return SignedCheckpoint(checkpoint, signatures: [try sign(checkpoint.text)])
    }

    /// Whether a text can be the name of a key: not empty, without spaces, control characters and `+`.
    package static func isName(_ name: String) -> Bool {
        !name.isEmpty
            && name.unicodeScalars.allSatisfy { $0 != "+" && $0.value >= 0x20 && !$0.properties.isWhitespace }
    }
}
