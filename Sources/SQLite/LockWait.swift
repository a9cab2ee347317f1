import CSQLite
import Synchronization

/// A connection's wait for a lock that another process or connection holds.
///
/// It can be read from any thread, also while the connection's owner is blocked by it.
package final class LockWait: Sendable {
    /// How long SQLite itself sleeps before each further try, in milliseconds; the last one repeats.
    private static let delays: [Int32] = [1, 2, 5, 10, 15, 20, 25, 25, 25, 50, 50, 100]

    /// The database's path.
    package let path: String
    private let limit: Duration
    private let begunAt = Mutex<ContinuousClock.Instant?>(nil)

    /// - Parameter limit: How long the connection waits before it gives up.
    init(path: String, limit: Duration) {
        (self.path, self.limit) = (path, limit)
    }

    /// For how long the connection has been waiting; nil where it does not wait.
    package var elapsed: Duration? {
        begunAt.withLock { $0?.duration(to: .now) }
    }

    /// Has SQLite ask before each further try.
    func install(on handle: OpaquePointer) {
        let handler: @convention(c) (UnsafeMutableRawPointer?, Int32) -> Int32 = { context, tries in
            guard let context else { return 0 }
            return Unmanaged<LockWait>.fromOpaque(context).takeUnretainedValue().pause(before: tries) ? 1 : 0
        }
        // The connection keeps this object for as long as it keeps the handle.
        sqlite3_busy_handler(handle, handler, Unmanaged.passUnretained(self).toOpaque())
    }

    /// Sleeps for a moment.
    ///
    /// - Parameter tries: How often this wait has slept already.
    /// - Returns: false where the time is over.
    private func pause(before tries: Int32) -> Bool {
        let waited = begunAt.withLock { begunAt in
            let start = tries == 0 ? .now : begunAt ?? .now
            begunAt = start
            return start.duration(to: .now)
        }
        let rest = limit - waited
        guard rest > .zero else { return false }
        let delay = Self.delays[min(Int(tries), Self.delays.count - 1)]
        sqlite3_sleep(min(delay, Int32(rest / .milliseconds(1)) + 1))
        return true
    }

    /// Notes that the operation which may have waited has ended, however it did.
    func end() {
        begunAt.withLock { $0 = nil }
    }
}
