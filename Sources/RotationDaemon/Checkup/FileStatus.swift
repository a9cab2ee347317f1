import Foundation

/// A file's mode and owner.
struct FileStatus {
    var mode: UInt32
    var owner: UInt32

    /// Returns nil if the file's status can't be read.
    init?(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        mode = status.st_mode & 0o7777
        owner = status.st_uid
    }
}
