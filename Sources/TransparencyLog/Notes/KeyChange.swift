/// The statement that another key signs a log's checkpoints from now on: a signed note of three lines.
///
/// ```
/// secret-rotator/key-change/v1
/// former verifier key
/// new verifier key
/// ```
///
/// A checkpoint's second line is a number, and a verifier key is none.
package struct KeyChange: Hashable, Sendable {
    /// The key that has signed until now.
    package let former: VerifierKey
    /// The key that signs from now on; of another name, checkpoints have another origin from then on.
    package let new: VerifierKey

    private static let header = "secret-rotator/key-change/v1"

    /// Makes a statement; nil for the same key, and for one that signs no checkpoints.
    package init?(from former: VerifierKey, to new: VerifierKey) {
        guard former != new, former.type == .ed25519, new.type == .ed25519 else { return nil }
        (self.former, self.new) = (former, new)
    }

    /// The text that the keys sign.
    package var text: [UInt8] {
        Array("\(Self.header)\n\(former)\n\(new)\n".utf8)
    }

    /// The statement as a signed note.
    package func note(_ signatures: [NoteSignature]) -> [UInt8] {
        SignedNote(text: text, signatures: signatures).bytes
    }

    /// The keys that have signed a note of this statement.
    ///
    /// - Throws: `BadSignature` for a wrong signature of one of the two keys; `FormatError` for another note.
    package func signers(of note: [UInt8]) throws -> [VerifierKey] {
        let note = try SignedNote(note)
        guard note.text == text else { throw FormatError(.note, "not the statement of this change") }
        return try note.verified(by: [former, new]).map(\.key)
    }
}
