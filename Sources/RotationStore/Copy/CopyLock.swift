import Glibc

/// The lock of the one process that writes a copy: a daemon that was taken for gone may still be there.
///
/// It is a file of its own, and 0600: who may read the copy can't take it.
final class CopyLock: Sendable {
    private let path: String
    private let descriptor: Int32

    init(_ path: String) throws(CopyFiles.Failure) {
        self.path = path
        descriptor = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw CopyFiles.Failure(path, "open") }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { throw CopyFiles.Failure(path, "lock") }
    }

    deinit {
        guard descriptor >= 0 else { return }
        // Not by close alone: a child that was forked just now has a copy of the descriptor, and so the lock.
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }

    /// Whether the path still leads to the file that is locked.
    var isInPlace: Bool {
        var (mine, there) = (stat(), stat())
        return fstat(descriptor, &mine) == 0 && lstat(path, &there) == 0
            && mine.st_ino == there.st_ino && mine.st_dev == there.st_dev
    }
}
