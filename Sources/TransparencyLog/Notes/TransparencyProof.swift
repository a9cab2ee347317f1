/// A proof for offline use that a leaf is in a log: a `.tlog-proof` file, <https://c2sp.org/tlog-proof>.
package struct TransparencyProof: Hashable, Sendable {
    /// The most hashes: no tree is higher.
    static let maximumHashes = 63
    /// The most bytes of a file: those of a checkpoint and 64 KiB for the rest.
    package static let maximumSize = SignedNote.maximumSize + 64 * 1024

    /// Data that the proof does not cover; nobody may trust it.
    ///
    /// We write none.
    package let extra: [UInt8]?
    /// The leaf's number in the log, from 0.
    package let index: UInt64
    /// The inclusion proof, from the leaf's sibling up.
    package let hashes: [MerkleHash]
    /// The head of the log, with its signatures.
    package let checkpoint: SignedCheckpoint

    /// Why a proof proves nothing.
    package enum Rejection: Error, Equatable, CustomStringConvertible {
        /// The policy does not accept the checkpoint.
        case checkpoint(TrustPolicy.Rejection)
        /// The leaf is not shown to be in the checkpoint's tree.
        case inclusion(MerkleProofFailure)

        package var description: String {
            switch self {
            case .checkpoint(let rejection): rejection.description
            case .inclusion(let failure): failure.description
            }
        }
    }

    /// A proof without extra data.
    package init(index: UInt64, hashes: [MerkleHash], checkpoint: SignedCheckpoint) {
        extra = nil
        self.index = index
        self.hashes = hashes
        self.checkpoint = checkpoint
    }

    /// Reads a file; nothing is verified.
    package init(_ bytes: some Collection<UInt8>) throws(FormatError) {
        guard bytes.count <= Self.maximumSize else {
            throw FormatError(.proof, "larger than \(Self.maximumSize) bytes")
        }
        var lines = LineReader(bytes)
        guard let first = lines.next(), first.elementsEqual("c2sp.org/tlog-proof@v1".utf8) else {
            throw FormatError(.proof, line: 1, "not c2sp.org/tlog-proof@v1")
        }
        var line = lines.next()
        if let encoded = line?.after("extra ") {
            guard let data = Base64.decode(encoded) else { throw FormatError(.proof, line: 2, "extra is not Base64") }
            extra = data
            line = lines.next()
        } else {
            extra = nil
        }
        guard let text = line?.after("index "), let index = Decimal.parse(text) else {
            throw FormatError(.proof, line: lines.number, "no index that is a decimal number below 2^63")
        }
        self.index = index
        hashes = try lines.readHashes(.proof, atMost: Self.maximumHashes)
        checkpoint = try SignedCheckpoint(lines.rest)
    }

    /// The file's content.
    package var bytes: [UInt8] {
        var lines = [Array("c2sp.org/tlog-proof@v1".utf8)]
        if let extra { lines.append(Array("extra ".utf8) + Base64.encode(extra)) }
        lines.append(Array("index ".utf8) + Decimal.encode(index))
        lines += hashes.map(\.base64) + [[]]
        return lines.flatMap { $0 + [UInt8(ascii: "\n")] } + checkpoint.bytes
    }

    /// Checks that a leaf is in a log that the policy trusts, and answers what the policy found.
    package func verify(
        leaf: MerkleHash,
        policy: TrustPolicy,
        logKeys: [VerifierKey] = []
    ) throws(Rejection) -> TrustPolicy.Acceptance {
        let acceptance: TrustPolicy.Acceptance
        do throws(TrustPolicy.Rejection) {
            acceptance = try policy.verify(checkpoint, logKeys: logKeys)
        } catch { throw .checkpoint(error) }
        try verifyInclusion(of: leaf)
        return acceptance
    }

    /// Checks that a leaf is in the checkpoint's tree; the checkpoint's signatures are not checked.
    package func verifyInclusion(of leaf: MerkleHash) throws(Rejection) {
        let head = checkpoint.checkpoint
        do throws(MerkleProofFailure) {
            try MerkleVerification.inclusion(of: leaf, index: index, size: head.size, root: head.root, proof: hashes)
        } catch { throw .inclusion(error) }
    }
}

extension LineReader {
    /// Reads one hash a line up to a blank line, which is read too.
    mutating func readHashes(_ format: FormatError.Format, atMost maximum: Int) throws(FormatError) -> [MerkleHash] {
        var hashes: [MerkleHash] = []
        while let line = next() {
            guard !line.isEmpty else { return hashes }
            guard let hash = MerkleHash(base64: line) else {
                throw FormatError(format, line: number, "not a hash in Base64")
            }
            guard hashes.count < maximum else { throw FormatError(format, line: number, "more than \(maximum) hashes") }
            hashes.append(hash)
        }
        throw FormatError(format, "no blank line before the checkpoint")
    }
}
