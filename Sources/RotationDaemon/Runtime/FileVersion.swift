import Crypto
import Foundation

/// The version of a file: a digest of its content, its identity and its change time.
struct FileVersion: Hashable {
    private let digest: [UInt8]
    private let device: UInt64
    private let inode: UInt64
    /// Seconds and nanoseconds of the last change.
    ///
    /// Two writes within one clock tick differ in the digest.
    private let changed: [Int]

    /// - Returns: nil if the file can't be read.
    init?(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0, let content = FileManager.default.contents(atPath: path) else { return nil }
        digest = Array(SHA256.hash(data: content))
        (device, inode) = (UInt64(status.st_dev), UInt64(status.st_ino))
        changed = [status.st_ctim.tv_sec, status.st_ctim.tv_nsec]
    }
}
