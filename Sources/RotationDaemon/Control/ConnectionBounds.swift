import Synchronization

/// The limits of the control socket: concurrent connections and idle time.
package struct ConnectionBounds: Sendable {
    /// Connections of all users except root together, so that root can always connect.
    package var total: Int
    /// Connections of one user.
    package var perUser: Int
    /// The longest wait for a whole request head, or for the next part of a body.
    package var idle: Duration

    package init(total: Int = 256, perUser: Int = 64, idle: Duration = .seconds(10)) {
        self.total = total
        self.perUser = perUser
        self.idle = idle
    }
}

/// Counts connections, in total and by user.
final class ConnectionCount: Sendable {
    private struct Counts {
        var total = 0
        var users: [UInt32: Int] = [:]
        var hasRefused = false
    }

    /// Whether a connection is admitted.
    enum Admission: Equatable {
        case admitted
        /// There are too many connections; `isFirst` if the previous one was admitted.
        case refused(isFirst: Bool)
    }

    private let bounds: ConnectionBounds
    private let counts = Mutex(Counts())

    init(_ bounds: ConnectionBounds) {
        self.bounds = bounds
    }

    /// Counts a new connection of a user, unless there are too many already.
    func add(_ user: UInt32) -> Admission {
        counts.withLock { counts in
            guard counts.total < bounds.total || user == 0, counts.users[user, default: 0] < bounds.perUser else {
                defer { counts.hasRefused = true }
                return .refused(isFirst: !counts.hasRefused)
            }
            counts.total += 1
            counts.users[user, default: 0] += 1
            counts.hasRefused = false
            return .admitted
        }
    }

    /// Removes an admitted connection from the count.
    func remove(_ user: UInt32) {
        counts.withLock { counts in
            counts.total -= 1
            let left = counts.users[user, default: 1] - 1
            counts.users[user] = left > 0 ? left : nil
        }
    }
}
