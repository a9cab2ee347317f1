import RotationCore
package import RotationStore
package import Scheduling
package import TransparencyLog

/// What is said beside a file of archived entries: its lines, after those of the archives before it, are the leaves of the
/// checkpoint, and the proof shows that the log has gone on from there.
package struct ArchiveManifest {
    private let archive: LogArchive
    private let bytes: Int
    private let checkpoint: SignedCheckpoint
    private let proof: (head: SignedCheckpoint, hashes: [MerkleHash])?
    private let now: Instant

    /// Makes the manifest of an archive.
    ///
    /// - Parameters:
    ///   - archive: The entries and their file.
    ///   - bytes: The file's size.
    ///   - checkpoint: That of the archive's last entry.
    ///   - proof: A newer checkpoint, and the proof that its log begins with the first one's; nil where there is none.
    ///   - now: When it was written.
    package init(
        of archive: LogArchive,
        bytes: Int,
        checkpoint: SignedCheckpoint,
        proof: (head: SignedCheckpoint, hashes: [MerkleHash])?,
        now: Instant
    ) {
        (self.archive, self.bytes, self.checkpoint) = (archive, bytes, checkpoint)
        (self.proof, self.now) = (proof, now)
    }

    /// The manifest: one JSON object, with a newline at its end.
    ///
    /// - Parameter version: The program's version.
    package func text(version: String) -> String {
        let note = { (signed: SignedCheckpoint) in JSONValue.string(String(decoding: signed.bytes, as: UTF8.self)) }
        return JSONValue.fields([
            "bytes": .integer(Int64(bytes)),
            "checkpoint": note(checkpoint),
            "count": .integer(Int64(archive.seqs.count)),
            "created_at": .string(now.rfc3339),
            "file": .string(archive.file),
            "first_seq": .integer(archive.seqs.lowerBound),
            "format": "jsonl",
            "head": proof.map { note($0.head) },
            "last_seq": .integer(archive.seqs.upperBound),
            "proof": proof.map { .array($0.hashes.map { .string("\($0)") }) },
            "sha256": .string(archive.sha256),
            "version": .string(version),
        ]).canonicalText + "\n"
    }
}
