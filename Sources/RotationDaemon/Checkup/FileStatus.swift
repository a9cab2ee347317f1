import CLinux

/// A file's mode and owner.
struct FileStatus {
    var mode: UInt32 = 0
    var owner: UInt32 = 0

    /// Returns nil if the file's status can't be read.
    init?(_ path: String) {
        guard clinux_file_status(path, &mode, &owner) == 0 else { return nil }
    }
}
