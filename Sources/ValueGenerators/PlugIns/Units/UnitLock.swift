import Glibc

/// Prevents that a daemon's steps run while a unit's plug-in still runs a step of an earlier daemon.
///
/// Each launcher of a unit holds a shared lock on a file as long as it runs; the file holds the session of their daemon.
/// A launcher that is sent another session takes the exclusive lock first, and writes it there. Launchers end when their
/// daemon does, so the wait is short.
enum UnitLock {
    /// Why the lock was not taken.
    enum Failure: Error, Hashable {
        case system(errno: Int32)
        /// Another daemon's step still runs.
        case busy
        /// The daemon that has sent the session is gone.
        case left
    }

    /// The longest wait.
    private static let timeout = Duration.seconds(5)
    private static let length = 32

    /// Takes the lock for a session.
    ///
    /// - Parameter isAwaited: Whether the daemon still waits. It is asked once the lock is held, so that a late launcher
    ///   of an earlier daemon runs nothing: either the new daemon's launcher sees its lock, or it sees that it is late.
    /// - Returns: The file's descriptor: the lock is held until it is closed.
    static func hold(_ path: String, session: String, isAwaited: () -> Bool) throws(Failure) -> Int32 {
        let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { throw .system(errno: errno) }
        do throws(Failure) { try take(file, session, isAwaited) } catch {
            close(file)
            throw error
        }
        return file
    }

    private static func take(_ file: Int32, _ session: String, _ isAwaited: () -> Bool) throws(Failure) {
        let deadline = ContinuousClock.now + timeout
        while !isHeld(file, session) {
            guard isAwaited() else { throw .left }
            guard ContinuousClock.now < deadline else { throw .busy }
            // By chance, so that two that wait do not hinder each other again and again.
            usleep(UInt32.random(in: 5_000...25_000))
        }
        guard isAwaited() else { throw .left }
    }

    /// Tries once to take the shared lock with the session in the file.
    private static func isHeld(_ file: Int32, _ session: String) -> Bool {
        if content(of: file) != session {
            guard flock(file, LOCK_EX | LOCK_NB) == 0 else { return false }
            let bytes = Array(session.utf8)
            _ = pwrite(file, bytes, bytes.count, 0)
        }
        // Not atomic after the exclusive lock: another session may have come between.
        if flock(file, LOCK_SH | LOCK_NB) == 0, content(of: file) == session { return true }
        flock(file, LOCK_UN)
        return false
    }

    private static func content(of file: Int32) -> String {
        var bytes = [UInt8](repeating: 0, count: length)
        let count = pread(file, &bytes, bytes.count, 0)
        return count == length ? String(decoding: bytes, as: UTF8.self) : ""
    }
}
