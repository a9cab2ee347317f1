/// A checkpoint with its signatures and cosignatures.
package struct SignedCheckpoint: Hashable, Sendable {
    /// The head.
    package let checkpoint: Checkpoint
    /// The note that says it.
    package let note: SignedNote

    /// Why nobody should believe a checkpoint.
    package enum Rejection: Error, Equatable, CustomStringConvertible {
        /// No known log key has the checkpoint's origin as its name.
        case unknownLog(OctetString)
        /// None of the log's known keys signed it.
        case notSigned(OctetString)
        /// A signature of a known key is wrong.
        case badSignature(BadSignature)

        package var description: String {
            switch self {
            case .unknownLog(let origin): "no key is known for the log \(origin)"
            case .notSigned(let origin): "not signed by a known key of \(origin)"
            case .badSignature(let bad): bad.description
            }
        }
    }

    init(_ checkpoint: Checkpoint, signatures: [NoteSignature]) {
        self.checkpoint = checkpoint
        note = SignedNote(text: checkpoint.text, signatures: signatures)
    }

    /// Reads a checkpoint; no signature is verified.
    package init(_ bytes: some Collection<UInt8>) throws(FormatError) {
        note = try SignedNote(bytes)
        checkpoint = try Checkpoint(text: note.text)
    }

    /// The whole note, exactly as it was read.
    package var bytes: [UInt8] { note.bytes }

    /// Checks that the log signed it: by a known key of type 0x01 whose name is the origin.
    package func verify(logKeys: [VerifierKey]) throws(Rejection) {
        let origin = checkpoint.origin
        let keys = logKeys.filter { $0.type == .ed25519 && $0.name == origin }
        guard !keys.isEmpty else { throw .unknownLog(origin) }
        let signatures: [VerifiedSignature]
        do throws(BadSignature) { signatures = try note.verified(by: keys) } catch { throw .badSignature(error) }
        guard !signatures.isEmpty else { throw .notSigned(origin) }
    }

    /// The cosignatures of known witnesses, each verified.
    package func cosignatures(of witnessKeys: [VerifierKey]) throws(BadSignature) -> [VerifiedSignature] {
        try note.verified(by: witnessKeys.filter { $0.type == .cosignature })
    }

    /// The same checkpoint with more signatures; each replaces an older one of the same key.
    package func adding(_ signatures: [NoteSignature]) -> SignedCheckpoint {
        let kept = note.signatures.filter { old in !signatures.contains { $0.name == old.name && $0.id == old.id } }
        return SignedCheckpoint(checkpoint, signatures: kept + signatures)
    }
}
