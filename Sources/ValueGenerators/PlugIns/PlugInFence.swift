import Glibc
import RotationCore
import Synchronization

/// Prevents that a daemon's steps run while processes of an earlier daemon still run theirs.
///
/// Each launcher holds a shared lock on a file as long as it, or any process of its plug-in, lives; a new daemon takes
/// the exclusive lock once before its first step. Launchers end with their daemon, so the wait is short.
package final class PlugInFence: Sendable {
    /// Why the file can't be used.
    package struct Failure: Error, CustomStringConvertible {
        package var path: String
        package var errno: Int32

        package var description: String { "\(path): \(String(cString: strerror(errno)))" }
    }

    /// The file.
    package let path: String
    private let isClear = Mutex(false)
    private let whenClear: @Sendable () -> Void
    /// How often the lock is tried.
    private static let interval = Duration.milliseconds(20)

    /// Opens or creates the file.
    ///
    /// - Parameter whenClear: Called once before the first step, when no process uses leftover temporary folders.
    package init(path: String, whenClear: @escaping @Sendable () -> Void) throws(Failure) {
        self.path = path
        self.whenClear = whenClear
        let descriptor = open(path, O_RDONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw Failure(path: path, errno: errno) }
        close(descriptor)
    }

    /// Waits until no plug-in process of an earlier daemon is left.
    ///
    /// - Returns: false at the time-out.
    package func pass(within limit: Duration) async -> Bool {
        let deadline = ContinuousClock.now + limit
        while !tryPass() {
            guard ContinuousClock.now < deadline else { return false }
            do { try await Task.sleep(for: Self.interval) } catch { return false }
        }
        return true
    }

    /// Whether the processes of an earlier daemon are known to have ended.
    package var isPassed: Bool { isClear.withLock { $0 } }

    private func tryPass() -> Bool {
        isClear.withLock { isClear in
            if isClear { return true }
            guard Self.isFree(path) else { return false }
            whenClear()
            isClear = true
            return true
        }
    }

    /// Whether no launcher holds the lock; from then on this daemon's launchers share it.
    private static func isFree(_ path: String) -> Bool {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return flock(descriptor, LOCK_EX | LOCK_NB) == 0
    }

    // MARK: The launcher's side

    /// Holds the lock until this process ends.
    ///
    /// - Returns: false if the file can't be opened or locked.
    static func hold(_ path: String) -> Bool {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        return descriptor >= 0 && flock(descriptor, LOCK_SH) == 0
    }
}
