package import Scheduling
import Synchronization

/// Counts refusals by user, so that each has one entry a minute at the most, however often it asks.
package final class RefusalCount: Sendable {
    private struct Count {
        var notedAt: Instant
        var unnoted = 0
    }

    private static let interval = Duration.seconds(60)
    /// Users that are remembered at once; more of them share what is left of a minute.
    private static let limit = 1024

    private let counts = Mutex<[UInt32: Count]>([:])

    package init() {}

    /// Counts one more refusal.
    ///
    /// - Returns: How many there were since the last entry, where another one is due; nil where it is not.
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

    /// Also where the clock was set back meanwhile.
    private static func isRecent(_ count: Count, at now: Instant) -> Bool {
        count.notedAt <= now && now < count.notedAt.advanced(by: interval)
    }
}
