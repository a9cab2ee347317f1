/// The head of a log: the text of a checkpoint (<https://c2sp.org/tlog-checkpoint@v1.0.0>).
package struct Checkpoint: Hashable, Sendable {
    /// Which log it is.
    package let origin: OctetString
    /// The number of leaves, at most 2^63 − 1.
    package let size: UInt64
    /// The root of the tree over them.
    package let root: MerkleHash
    /// The lines after the root, each not empty; opaque.
    ///
    /// We write none. Those of others are kept, and cosignatures cover them; nothing here takes a decision by them.
    package let extensions: [OctetString]

    /// A head without extension lines.
    package init(origin: OctetString, size: UInt64, root: MerkleHash) {
        self.origin = origin
        self.size = size
        self.root = root
        extensions = []
    }

    /// Reads the text of a note.
    package init(text: some Collection<UInt8>) throws(FormatError) {
        var lines = LineReader(text)
        guard let origin = lines.next(), !origin.isEmpty else { throw FormatError(.checkpoint, line: 1, "no origin") }
        guard let line = lines.next(), let size = Decimal.parse(line) else {
            throw FormatError(.checkpoint, line: 2, "the tree size is not a decimal number below 2^63")
        }
        guard let line = lines.next(), let root = MerkleHash(base64: line) else {
            throw FormatError(.checkpoint, line: 3, "the root hash is not Base64 of 32 bytes")
        }
        var extensions: [OctetString] = []
        while let line = lines.next() {
            guard !line.isEmpty else { throw FormatError(.checkpoint, line: lines.number, "an empty line") }
            extensions.append(OctetString(bytes: line))
        }
        guard lines.rest.isEmpty else { throw FormatError(.checkpoint, "the last line has no newline") }
        self.origin = OctetString(bytes: origin)
        self.size = size
        self.root = root
        self.extensions = extensions
    }

    /// The text of the note, exactly as it was read.
    package var text: [UInt8] {
        let lines = [origin.bytes, Decimal.encode(size), root.base64] + extensions.map(\.bytes)
        return lines.flatMap { $0 + [UInt8(ascii: "\n")] }
    }
}
