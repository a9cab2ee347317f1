import Glibc

/// What a file system has left.
package struct DiskSpace: Hashable, Sendable {
    /// Bytes that this process may still use.
    package var free: Int64
    /// Bytes in all.
    package var size: Int64

    package init(free: Int64, size: Int64) {
        (self.free, self.size) = (free, size)
    }

    /// The file system of a file or folder; nil where it does not say.
    package init?(of path: String) {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { return nil }
        let unit = Int64(status.f_frsize)
        self.init(free: Int64(status.f_bavail) * unit, size: Int64(status.f_blocks) * unit)
    }

    /// Bytes that the auditors' copy leaves to the database: 5 % of the file system, at least 64 MiB and at most 1 GiB.
    package var reserve: Int64 { min(max(size / 20, 64 << 20), 1 << 30) }

    /// Why no more may be written.
    struct Short: Error, CustomStringConvertible {
        let path: String
        let space: DiskSpace
        let needed: Int64

        /// Rounded up, so that it names no less than is needed.
        private static func mebibytes(_ bytes: Int64) -> String { "\((bytes + 1 << 20 - 1) >> 20) MiB" }

        var description: String {
            "\(path): \(space.free >> 20) MiB are free: the copy needs \(Self.mebibytes(needed)) and leaves "
                + "\(Self.mebibytes(space.reserve)) to the database"
        }
    }

    /// Throws ``Short`` where so many more bytes would touch the reserve.
    func check(for needed: Int64, at path: String) throws(Short) {
        guard free < needed + reserve else { return }
        throw Short(path: path, space: self, needed: needed)
    }
}
