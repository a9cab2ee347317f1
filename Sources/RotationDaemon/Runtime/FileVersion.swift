import CLinux
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
    private let changed: [Int64]

    /// - Returns: nil if the file can't be read.
    init?(_ path: String) {
        var (device, inode, changed) = (UInt64(0), UInt64(0), [Int64](repeating: 0, count: 2))
        guard clinux_file_change(path, &device, &inode, &changed) == 0,
            let content = FileManager.default.contents(atPath: path)
        else { return nil }
        digest = Array(SHA256.hash(data: content))
        (self.device, self.inode, self.changed) = (device, inode, changed)
    }
}
