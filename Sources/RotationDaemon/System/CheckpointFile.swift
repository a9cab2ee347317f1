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

    /// A file that can't be written or read.
    package struct Failure: Error, CustomStringConvertible {
        let path: String
        let code: Int32

        package var description: String { "\(path): \(String(cString: strerror(code)))" }
    }

    /// Appends a checkpoint, and returns once it is on the disk.
    package func append(_ checkpoint: SignedCheckpoint) throws(Failure) {
        let descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o640)
        guard descriptor >= 0 else { throw Failure(path: path, code: errno) }
        defer { close(descriptor) }
        let bytes = checkpoint.bytes
        // One call, so that a reader sees no half of a note of ours between two others.
        let written = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        guard written == bytes.count else { throw Failure(path: path, code: written < 0 ? errno : ENOSPC) }
        guard fsync(descriptor) == 0 else { throw Failure(path: path, code: errno) }
    }

    /// All checkpoints of the file, in its order; what is no checkpoint is passed over.
    package func read() throws(Failure) -> [SignedCheckpoint] {
        Self.parse(try Self.bytes(of: path))
    }

    /// The bytes of a file in one of the log's formats.
    package static func bytes(of path: String) throws(Failure) -> [UInt8] {
        guard access(path, R_OK) == 0 else { throw Failure(path: path, code: errno) }
        guard let data = FileManager.default.contents(atPath: path) else { throw Failure(path: path, code: EIO) }
        return Array(data)
    }

    /// Splits notes: the next one begins after a signature line that no other one follows.
    package static func parse(_ bytes: [UInt8]) -> [SignedCheckpoint] {
        let dash = Array("\u{2014} ".utf8)
        var (notes, note, hasSignature) = ([SignedCheckpoint](), [UInt8](), false)
        let end = {
            if let checkpoint = try? SignedCheckpoint(note) { notes.append(checkpoint) }
            (note, hasSignature) = ([], false)
        }
        for line in bytes.split(separator: 0x0A, omittingEmptySubsequences: false) {
            let isSignature = line.starts(with: dash)
            if hasSignature, !isSignature { end() }
            // An empty line between two notes, as a person may add one.
            if line.isEmpty, note.isEmpty { continue }
            note += line + [0x0A]
            hasSignature = hasSignature || isSignature
        }
        if hasSignature { end() }
        return notes
    }
}
