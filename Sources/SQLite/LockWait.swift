import CSQLite
import Synchronization

/// A connection's wait for a lock that another process or connection holds.
///
/// Any thread can read it, even while the connection's owner is blocked.
package final class LockWait: Sendable {
    /// SQLite's own delays between tries, in milliseconds; the last one repeats.
    private static let delays: [Int32] = [1, 2, 5, 10, 15, 20, 25, 25, 25, 50, 50, 100]

    /// The database's path.
    package let path: String
    private let limit: Duration
    private let begunAt = Mutex<ContinuousClock.Instant?>(nil)

    /// - Parameter limit: The time-out of the wait.
    init(path: String, limit: Duration) {
        (self.path, self.limit) = (path, limit)
    }

    /// How long the connection has been waiting; nil if it does not wait.
    package var elapsed: Duration? {
        begunAt.withLock { $0?.duration(to: .now) }
    }

    /// Installs the busy handler, which SQLite calls before each further try.
    func install(on handle: OpaquePointer) {
        let handler: @convention(c) (UnsafeMutableRawPointer?, Int32) -> Int32 = { context, tries in
            guard let context else { return 0 }
            return Unmanaged<LockWait>.fromOpaque(context).takeUnretainedValue().pause(before: tries) ? 1 : 0
        }
        // The connection keeps this object alive as long as the handle.
        sqlite3_busy_handler(handle, handler, Unmanaged.passUnretained(self).toOpaque())
    }

    /// Sleeps before the next try.
    ///
    /// - Parameter tries: The number of tries so far.
    /// - Returns: false at the time-out.
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

    /// Ends the wait, because the operation has ended with success or failure.
    func end() {
        begunAt.withLock { $0 = nil }
    }
}
