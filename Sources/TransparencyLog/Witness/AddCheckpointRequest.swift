/// A log's demand for a cosignature: the body of `POST PREFIX/add-checkpoint`, <https://c2sp.org/tlog-witness@v1.0.0>.
package struct AddCheckpointRequest: Hashable, Sendable {
    /// The most hashes of a consistency proof: enough for all trees up to 2^62 leaves.
    package static let maximumHashes = 63
    /// The most bytes of a body: those of a checkpoint and the lines before it.
    package static let maximumSize = SignedNote.maximumSize + 4 * 1024

    /// The size of the tree that the witness cosigned last, as far as the log knows.
    package let oldSize: UInt64
    /// A consistency proof from there to the checkpoint; empty from size 0.
    package let proof: [MerkleHash]
    /// What to cosign.
    package let checkpoint: SignedCheckpoint

    /// A demand; the proof has at most `maximumHashes`.
    package init(oldSize: UInt64, proof: [MerkleHash], checkpoint: SignedCheckpoint) {
        self.oldSize = oldSize
        self.proof = proof
        self.checkpoint = checkpoint
    }

    /// Reads a body; nothing is verified.
    ///
    /// A body that is refused deserves the status 400.
    package init(_ bytes: some Collection<UInt8>) throws(FormatError) {
        guard bytes.count <= Self.maximumSize else {
            throw FormatError(.request, "larger than \(Self.maximumSize) bytes")
        }
        var lines = LineReader(bytes)
        guard let text = lines.next()?.after("old "), let size = Decimal.parse(text) else {
            throw FormatError(.request, line: 1, "not: old and a decimal number below 2^63")
        }
        oldSize = size
        proof = try lines.readHashes(.request, atMost: Self.maximumHashes)
        checkpoint = try SignedCheckpoint(lines.rest)
    }

    /// The body.
    package var bytes: [UInt8] {
        let lines = [Array("old ".utf8) + Decimal.encode(oldSize)] + proof.map(\.base64) + [[]]
        return lines.flatMap { $0 + [UInt8(ascii: "\n")] } + checkpoint.bytes
    }
}
