import Foundation
package import TransparencyLog

/// The file of signed checkpoints, one after the other, which only grows.
///
/// It is meant to be copied to another host: what is kept there proves whether entries were changed here.
package struct CheckpointFile: Sendable {
    package let path: String

    package init(path: String) {
        self.path = path
    }

    /// Appends a checkpoint, and returns once it is on the disk.
    package func append(_ checkpoint: SignedCheckpoint) throws(FileFailure) {
        let descriptor = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o640)
        guard descriptor >= 0 else { throw FileFailure(path: path, code: errno) }
        defer { close(descriptor) }
        // A full disk or a power cut may have torn the last note.
        let bytes = (Self.endsWithNewline(descriptor) ? [] : [0x0A]) + checkpoint.bytes
        // One call, so that a reader sees no half of a note of ours between two others.
        let written = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        guard written == bytes.count else { throw FileFailure(path: path, code: written < 0 ? errno : ENOSPC) }
        guard fsync(descriptor) == 0 else { throw FileFailure(path: path, code: errno) }
    }

    private static func endsWithNewline(_ descriptor: Int32) -> Bool {
        let size = lseek(descriptor, 0, SEEK_END)
        var last: UInt8 = 0
        return size <= 0 || pread(descriptor, &last, 1, size - 1) != 1 || last == 0x0A
    }

    /// All checkpoints of the file, in its order; what is no checkpoint is passed over.
    package func read() throws(FileFailure) -> [SignedCheckpoint] {
        Self.parse(try Self.bytes(of: path))
    }

    /// The bytes of a file in one of the log's formats.
    package static func bytes(of path: String) throws(FileFailure) -> [UInt8] {
        guard access(path, R_OK) == 0 else { throw FileFailure(path: path, code: errno) }
        guard let data = FileManager.default.contents(atPath: path) else { throw FileFailure(path: path, code: EIO) }
        return Array(data)
    }

    /// Splits notes: the next one begins after a signature line that no other one follows, and what stands before it is what
    /// is left of a torn one.
    package static func parse(_ bytes: [UInt8]) -> [SignedCheckpoint] {
        let dash = Array("\u{2014} ".utf8)
        var (notes, lines, hasSignature) = ([SignedCheckpoint](), [ArraySlice<UInt8>](), false)
        let end = {
            if let checkpoint = note(atEndOf: lines) { notes.append(checkpoint) }
            (lines, hasSignature) = ([], false)
        }
        for line in bytes.split(separator: 0x0A, omittingEmptySubsequences: false) {
            let isSignature = line.starts(with: dash)
            if hasSignature, !isSignature { end() }
            lines.append(line)
            hasSignature = hasSignature || isSignature
        }
        if hasSignature { end() }
        return notes
    }

    /// The shortest note that the lines end with; nil for none, and for one whose signature is cut off.
    private static func note(atEndOf lines: [ArraySlice<UInt8>]) -> SignedCheckpoint? {
        for start in lines.indices.suffix(longestNote).reversed() {
            let note = lines[start...].flatMap { $0 + [0x0A] }
            guard let checkpoint = try? SignedCheckpoint(note) else { continue }
            return checkpoint.note.signatures.allSatisfy { $0.bytes.count >= signatureLength } ? checkpoint : nil
        }
        return nil
    }

    private static let longestNote = 64
    /// Bytes of an Ed25519 signature.
    private static let signatureLength = 64
}
