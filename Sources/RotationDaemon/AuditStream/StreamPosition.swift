import Crypto
import Foundation
import Glibc
import RotationCore

/// The newest entry that the receiver of the stream has read, in a file beside the database: it survives a restart.
///
/// It is written after the receiver has read the entry: after a crash some entries are sent again, and none is left out. The hash of
/// the entry's line tells whether the history is still the same one.
struct StreamPosition: Sendable {
    /// What the file says.
    struct Content: Hashable, Sendable {
        var seq: Int64
        /// The first 16 hexadecimal digits of the line's SHA-256.
        var hash: String

        init(seq: Int64, hash: String) { (self.seq, self.hash) = (seq, hash) }

        init(_ entry: Commit.Entry) {
            let hash = SHA256.hash(data: Data(entry.line.utf8)).prefix(8).hexadecimal
            self.init(seq: entry.seq, hash: hash)
        }
    }

    private let path: String

    /// - Parameter database: The history.
    init(database: String) {
        path = database + ".stream"
    }

    /// Reads the file; nil for none, or for one that can't be understood.
    func read() -> Content? {
        guard let data = FileManager.default.contents(atPath: path) else { return nil }
        let words = String(decoding: data, as: UTF8.self).split(whereSeparator: \.isWhitespace)
        guard words.count == 2, let seq = Int64(words[0]), seq > 0 else { return nil }
        return Content(seq: seq, hash: String(words[1]))
    }

    /// Writes the file in place, which needs no room on a full disk.
    func write(_ content: Content) throws(FileFailure) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw FileFailure(path: path, code: errno) }
        defer { close(descriptor) }
        let digits = String(content.seq)
        let padding = String(repeating: "0", count: max(0, 19 - digits.count))
        let line = Array("\(padding)\(digits) \(content.hash)\n".utf8)
        guard pwrite(descriptor, line, line.count, 0) == line.count else {
            throw FileFailure(path: path, code: errno)
        }
    }
}
