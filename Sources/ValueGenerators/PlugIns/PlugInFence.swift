import Glibc
import RotationCore
import Synchronization

/// Keeps the steps of a daemon apart from those that processes of an earlier daemon may still be doing.
///
/// Each launcher holds a shared lock on a file for as long as it, or any process of its plug-in, lives; a daemon that is
/// new takes it exclusively once before its first step. Launchers end when their daemon does, so this takes a moment.
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

    /// Opens the file, or makes it.
    ///
    /// - Parameter whenClear: Called once, before the first step may begin: nobody writes into left temporary folders.
    package init(path: String, whenClear: @escaping @Sendable () -> Void) throws(Failure) {
        self.path = path
        self.whenClear = whenClear
        let descriptor = open(path, O_RDONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw Failure(path: path, errno: errno) }
        close(descriptor)
    }

    /// Returns once no process of an earlier daemon's plug-ins is left.
    ///
    /// - Returns: false where some are after this time.
    package func pass(within limit: Duration) async -> Bool {
        let deadline = ContinuousClock.now + limit
        while !tryPass() {
            guard ContinuousClock.now < deadline else { return false }
            do { try await Task.sleep(for: Self.interval) } catch { return false }
        }
        return true
    }

    /// Whether processes of an earlier daemon are known to be gone.
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

    /// Whether no launcher holds the lock; those of this daemon share it from now on.
    private static func isFree(_ path: String) -> Bool {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return flock(descriptor, LOCK_EX | LOCK_NB) == 0
    }

    // MARK: The launcher's side

    /// Holds the lock until this process ends.
    ///
    /// - Returns: false where the file can't be opened or locked.
    static func hold(_ path: String) -> Bool {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        return descriptor >= 0 && flock(descriptor, LOCK_SH) == 0
    }
}
