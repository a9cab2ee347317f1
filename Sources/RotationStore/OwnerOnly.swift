import Glibc
import SQLite

/// The mode of the original's files: 0600, as a process that may read a live database may also lock it.
enum OwnerOnly {
    /// Makes a database's file where it is missing; SQLite gives its mode to the -wal and the -shm.
    static func create(_ path: String) throws(SQLiteError) {
        let file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        if file >= 0 {
            // The umask may have taken the owner's bits.
            fchmod(file, 0o600)
            close(file)
        } else if errno != EEXIST {
            throw SQLiteError(
                code: .cannotOpen,
                message: String(cString: strerror(errno)),
                operation: "open",
                path: path
            )
        }
    }

    /// Makes a file that must not be there yet.
    static func createNew(_ path: String) throws(SQLiteError) {
        guard access(path, F_OK) != 0 else {
            throw SQLiteError(code: .cannotOpen, message: "it exists", operation: "create", path: path)
        }
        try create(path)
    }

    /// Takes from others what an earlier version, or a person, has allowed them; never by opening a database's file, as closing
    /// it again would drop SQLite's locks.
    static func tighten(_ path: String) {
        for suffix in ["", "-wal", "-shm", ".mark", ".lock"] {
            var status = stat()
            guard lstat(path + suffix, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_mode & 0o077 != 0
            else { continue }
            chmod(path + suffix, status.st_mode & 0o7700)
        }
    }
}
