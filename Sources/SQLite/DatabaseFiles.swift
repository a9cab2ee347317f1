import Glibc

/// The files of an open database: the database itself, its -wal and its -shm, each with its inode when it was opened.
///
/// They are compared by stat(2) alone: a process that opens and closes a database's file drops the POSIX locks that SQLite
/// holds on it (<https://sqlite.org/howtocorrupt.html>, 2.2).
package struct DatabaseFiles: Sendable {
    /// Device and inode.
    private struct Identity: Hashable, Sendable {
        let device: UInt64
        let inode: UInt64

        /// nil if there is no file at the path.
        init?(path: String) {
            var status = stat()
            guard stat(path, &status) == 0 else { return nil }
            (device, inode) = (UInt64(status.st_dev), UInt64(status.st_ino))
        }
    }

    private let files: [(path: String, identity: Identity?)]

    /// Records the files of a database that is open for writing.
    ///
    /// - Parameter path: The database.
    init(path: String) {
        files = [path, path + "-wal", path + "-shm"].map { ($0, Identity(path: $0)) }
    }

    /// The first path whose file was replaced or is missing; nil if all are the same.
    package var replaced: String? {
        files.first { $0.identity == nil || Identity(path: $0.path) != $0.identity }?.path
    }
}
