/// An Ed25519 key that cosigns checkpoints, type 0x04: the key of a witness.
///
/// Its signatures don't say the witness's name, so no two witnesses may share a key.
package struct CosignatureKey: Sendable {
    private let key: Ed25519NoteKey

    /// Why a name or a file is no key.
    package enum Invalid: Error, Equatable, CustomStringConvertible {
        case name
        case file

        package var description: String {
            switch self {
            case .name: "the name of a witness is a word without spaces and without +, such as witness.example.com/w1"
            case .file: "not the key of a witness"
            }
        }
    }

    /// Makes a new key.
    package init(name: String) throws(Invalid) {
        guard let key = Ed25519NoteKey(name: name, type: .cosignature) else { throw .name }
        self.key = key
    }

    /// Reads the text of a key file.
    package init(fileText: String) throws(Invalid) {
        guard let key = Ed25519NoteKey(fileText: fileText, type: .cosignature) else { throw .file }
        self.key = key
    }

    /// The name of the witness.
    package var name: String { key.name.description }

    /// What a key file holds: `PRIVATE+KEY+name+ID+base64(0x04 ‖ private key)`.
    package var fileText: String { key.fileText }

    /// The public half; its text is the verifier key for policies and for `audit.witnesses`.
    package var verifier: VerifierKey { key.verifier }

    /// States that, at this time, the checkpoint is the largest consistent one that the witness has seen.
    ///
    /// The caller has checked that (see `WitnessDecision`) and made it durable.
    package func cosign(_ checkpoint: Checkpoint, at seconds: UInt64) throws(SigningFailure) -> NoteSignature {
        let time = min(max(seconds, 1), Decimal.maximum)
        let signature = try key.sign(Cosignature.message(checkpoint.text, time: time))
        return NoteSignature(
            name: key.name,
            id: key.verifier.id,
            bytes: Cosignature(time: time, signature: signature).bytes
        )
    }
}
