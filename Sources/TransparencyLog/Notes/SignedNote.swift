/// A text with signatures (<https://c2sp.org/signed-note>): the text must be ignored until a trusted key has verified it.
///
/// What the specification leaves open: a note has at most 256 KiB and 100 signatures. Lines that repeat a signature are kept as
/// they are; each signature of a known key is verified, and one that fails rejects the note.
package struct SignedNote: Hashable, Sendable {
    /// The most bytes of a note: enough for 16 post-quantum signatures, which all must accept, and more.
    package static let maximumSize = 256 * 1024
    /// The most signatures of a note, as in Go's `note.Open`.
    package static let maximumSignatures = 100

    /// What is signed; it ends with a newline.
    package let text: [UInt8]
    /// The signatures in the order of the note, of known and of unknown keys.
    package let signatures: [NoteSignature]

    init(text: [UInt8], signatures: [NoteSignature]) {
        self.text = text
        self.signatures = signatures
    }

    /// Reads a note; no signature is verified.
    package init(_ bytes: some Collection<UInt8>) throws(FormatError) {
        let bytes = Array(bytes)
        guard bytes.count <= Self.maximumSize else {
            throw FormatError(.note, "larger than \(Self.maximumSize) bytes")
        }
        guard String(validating: bytes, as: UTF8.self) != nil else { throw FormatError(.note, "not UTF-8") }
        guard bytes.allSatisfy({ $0 >= 0x20 || $0 == UInt8(ascii: "\n") }) else {
            throw FormatError(.note, "has a control character")
        }
        guard let blank = Self.lastBlankLine(of: bytes) else {
            throw FormatError(.note, "no blank line before the signatures")
        }
        text = Array(bytes[..<blank])
        signatures = try Self.signatures(bytes[(blank + 1)...])
        guard !signatures.isEmpty else { throw FormatError(.note, "no signatures") }
    }

    /// Where the last line that has nothing but its newline is.
    private static func lastBlankLine(of bytes: [UInt8]) -> Int? {
        let newline = UInt8(ascii: "\n")
        return bytes.indices.dropFirst().last { bytes[$0] == newline && bytes[$0 - 1] == newline }
    }

    /// Reads signature lines, each of which ends with a newline.
    static func signatures(_ bytes: some Collection<UInt8>) throws(FormatError) -> [NoteSignature] {
        var lines = LineReader(bytes)
        var signatures: [NoteSignature] = []
        while let line = lines.next() {
            guard let signature = NoteSignature(line: line) else {
                throw FormatError(.note, "signature \(lines.number) is not of the form: — name base64")
            }
            guard signatures.count < maximumSignatures else {
                throw FormatError(.note, "more than \(maximumSignatures) signatures")
            }
            signatures.append(signature)
        }
        guard lines.rest.isEmpty else { throw FormatError(.note, "the last line has no newline") }
        return signatures
    }

    /// The whole note, exactly as it was read.
    package var bytes: [UInt8] {
        text + [UInt8(ascii: "\n")] + signatures.flatMap(\.line)
    }

    /// The signatures that known keys made, each verified; those of unknown keys are ignored.
    ///
    /// No result means that no known key has signed.
    package func verified(by keys: [VerifierKey]) throws(BadSignature) -> [VerifiedSignature] {
        var verified: [VerifiedSignature] = []
        for signature in signatures {
            guard let key = keys.first(where: { $0.made(signature) }) else { continue }
            guard key.verifies(signature, of: text) else { throw BadSignature(name: key.name, id: key.id) }
            verified.append(VerifiedSignature(key: key, signature: signature))
        }
        return verified
    }
}

/// A signature and the known key that made it; only verification makes one.
package struct VerifiedSignature: Hashable, Sendable {
    /// The known key.
    package let key: VerifierKey
    /// Its signature.
    package let signature: NoteSignature

    fileprivate init(key: VerifierKey, signature: NoteSignature) {
        self.key = key
        self.signature = signature
    }
}

/// A signature says that it is from a known key, and is not: the whole note is to be rejected.
package struct BadSignature: Error, Equatable, CustomStringConvertible {
    /// The name of the known key.
    package let name: OctetString
    /// The ID of the known key.
    package let id: KeyID

    /// The key of a wrong signature.
    package init(name: OctetString, id: KeyID) {
        self.name = name
        self.id = id
    }

    package var description: String { "the signature of \(name) (key \(id)) is wrong" }
}
