package import RotationCore
package import Scheduling
import Synchronization

/// Counts refusals by user and operation, so that each user causes at most one audit entry a minute for each operation.
package final class RefusalCount: Sendable {
    /// A refused operation of a user.
    package struct Refusal: Hashable, Sendable {
        package var user: UInt32
        package var actor: Actor
        /// Its path on the control socket.
        package var operation: String
        /// The right that the user lacks.
        package var right: Audit.AccessRefused.Right

        package init(user: UInt32, actor: Actor, operation: String, right: Audit.AccessRefused.Right) {
            (self.user, self.actor, self.operation, self.right) = (user, actor, operation, right)
        }

        /// The entry about so many refusals.
        func entry(count: Int, at now: Instant) -> AuditEntry {
            let event = Audit.AccessRefused(count: count, operation: operation, right: right)
            return AuditEntry(event, time: now.rfc3339, actor: actor)
        }
    }

    private struct Key: Hashable {
        var user: UInt32
        var operation: String
    }

    private struct Count {
        var refusal: Refusal
        var notedAt: Instant
        var unnoted = 0
    }

    private static let interval = Duration.seconds(60)
    /// The largest number of users and operations that are counted; further refusals are not recorded.
    private static let limit = 1024

    private let counts = Mutex<[Key: Count]>([:])

    package init() {}

    /// Counts a refusal.
    ///
    /// - Returns: The number of refusals since the last entry about this user and operation, if a new entry is due; otherwise
    ///   nil.
    package func add(_ refusal: Refusal, at now: Instant) -> Int? {
        let key = Key(user: refusal.user, operation: refusal.operation)
        return counts.withLock { counts in
            if counts[key] == nil, counts.count >= Self.limit {
                counts = counts.filter { Self.isRecent($0.value, at: now) }
                guard counts.count < Self.limit else { return nil }
            }
            guard var count = counts[key] else {
                counts[key] = Count(refusal: refusal, notedAt: now)
                return 1
            }
            defer { counts[key] = count }
            count.unnoted += 1
            guard !Self.isRecent(count, at: now) else { return nil }
            defer { count = Count(refusal: refusal, notedAt: now) }
            return count.unnoted
        }
    }

    /// Removes and returns the refusals that are in no entry yet, with their numbers, for the end of the daemon.
    package func takeUnnoted() -> [(refusal: Refusal, count: Int)] {
        counts.withLock { counts in
            defer { counts = [:] }
            return counts.values.filter { $0.unnoted > 0 }.map { ($0.refusal, $0.unnoted) }.sorted {
                ($0.refusal.user, $0.refusal.operation) < ($1.refusal.user, $1.refusal.operation)
            }
        }
    }

    /// Whether the last entry is less than a minute old; not if the clock was set back since.
    private static func isRecent(_ count: Count, at now: Instant) -> Bool {
        count.notedAt <= now && now < count.notedAt.advanced(by: interval)
    }
}
