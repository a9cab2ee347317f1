package import Scheduling
import Synchronization

/// Counts refusals by user, so that each user causes at most one audit entry a minute.
package final class RefusalCount: Sendable {
    private struct Count {
        var notedAt: Instant
        var unnoted = 0
    }

    private static let interval = Duration.seconds(60)
    /// The largest number of users that are counted; refusals of further users are not recorded.
    private static let limit = 1024

    private let counts = Mutex<[UInt32: Count]>([:])

    package init() {}

    /// Counts a refusal.
    ///
    /// - Returns: The number of refusals since the user's last entry, if a new entry is due; otherwise nil.
    package func add(_ user: UInt32, at now: Instant) -> Int? {
        counts.withLock { counts in
            if counts[user] == nil, counts.count >= Self.limit {
                counts = counts.filter { Self.isRecent($0.value, at: now) }
                guard counts.count < Self.limit else { return nil }
            }
            guard var count = counts[user] else {
                counts[user] = Count(notedAt: now)
                return 1
            }
            defer { counts[user] = count }
            count.unnoted += 1
            guard !Self.isRecent(count, at: now) else { return nil }
            defer { count = Count(notedAt: now) }
            return count.unnoted
        }
    }

    /// Whether the last entry is less than a minute old; not if the clock was set back since.
    private static func isRecent(_ count: Count, at now: Instant) -> Bool {
        count.notedAt <= now && now < count.notedAt.advanced(by: interval)
    }
}
