import Crypto
import Foundation

/// What changes with a file's content: the content itself, whether it is another file, and when it was written last.
struct FileVersion: Hashable {
    private let digest: [UInt8]
    private let device: UInt64
    private let inode: UInt64
    /// Seconds and nanoseconds of the last change: two writes may fall into one tick of the clock, but then the content
    /// tells them apart.
    private let changed: [Int]

    /// - Returns: nil where the file can't be read.
    init?(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0, let content = FileManager.default.contents(atPath: path) else { return nil }
        digest = Array(SHA256.hash(data: content))
        (device, inode) = (UInt64(status.st_dev), UInt64(status.st_ino))
        changed = [status.st_ctim.tv_sec, status.st_ctim.tv_nsec]
    }
}
