package import RotationCore

/// The conditions that one receiver knows, and its next message: a pure state machine.
///
/// It keeps no queue of messages: the next message is the difference between the conditions that are open and those that the
/// receiver knows as open. So a receiver that is away, or whose rate is low, costs no memory, and gets each condition once when
/// it begins and once when it ends.
package struct Correspondence: Sendable {
    /// What follows.
    package enum Step: Hashable, Sendable {
        /// Nothing has changed.
        case idle
        case send(Notice)
        /// A change waits for its message until then, by the time since boot.
        case wait(until: Duration)
    }

    /// The conditions that the receiver knows as open.
    package private(set) var told: [Condition.Key: Condition]
    private var bucket: NoticeBucket
    /// Open conditions that no delivered message has.
    private var untold: [Condition.Key: Condition] = [:]
    private var passed = 0
    private var failures = 0
    private var nextTry = Duration.zero

    /// The first and the longest wait after a failure; each is twice as long as the one before.
    private static let pauses = Duration.seconds(1)...Duration.seconds(300)

    /// - Parameters:
    ///   - told: The conditions that the receiver knows as open, from before a restart.
    ///   - rate: How many messages there are at most.
    package init(told: [Condition], rate: RequestRate) {
        self.told = Dictionary(told.map { ($0.key, $0) }) { $1 }
        bucket = NoticeBucket(rate)
    }

    /// Decides what follows.
    ///
    /// - Parameters:
    ///   - open: The conditions that are open now.
    ///   - now: The time since boot.
    package mutating func next(_ open: [Condition.Key: Condition], now: Duration) -> Step {
        let begun = open.values.filter { told[$0.key]?.occurrence != $0.occurrence }
        let ended = told.values.filter { open[$0.key] == nil }
        let lost = untold.values.count { open[$0.key]?.occurrence != $0.occurrence && told[$0.key] != $0 }
        passed += lost
        untold = Dictionary(begun.map { ($0.key, $0) }) { $1 }
        guard !begun.isEmpty || !ended.isEmpty else { return .idle }
        if now < nextTry { return .wait(until: nextTry) }
        let free = bucket.free(now: now)
        if now < free { return .wait(until: free) }
        let changes =
            begun.sorted { $0.key < $1.key }.map { Notice.Change(condition: $0, isOpen: true) }
            + ended.sorted { $0.key < $1.key }.map { Notice.Change(condition: $0, isOpen: false) }
        return .send(Notice(changes: changes, passed: passed))
    }

    /// Records that the receiver has a message.
    package mutating func delivered(_ notice: Notice, now: Duration) {
        for change in notice.changes {
            let key = change.condition.key
            told[key] = change.isOpen ? change.condition : nil
            untold[key] = nil
        }
        passed -= notice.passed
        (failures, nextTry) = (0, .zero)
        bucket.take(now: now)
    }

    /// Records that a message could not be delivered.
    package mutating func failed(now: Duration) {
        let pause = Self.pauses.lowerBound * (1 << min(failures, 10))
        nextTry = now + min(pause, Self.pauses.upperBound)
        failures += 1
    }
}

/// A token bucket of messages: as many at once as the rate has in its unit of time.
struct NoticeBucket: Sendable {
    private let rate: RequestRate
    /// When the bucket is full again.
    private var fullAt = Duration.zero

    init(_ rate: RequestRate) {
        self.rate = rate
    }

    /// When a message may be sent.
    func free(now: Duration) -> Duration { max(now, fullAt - rate.interval * (rate.count - 1)) }

    /// Takes a message's token.
    mutating func take(now: Duration) { fullAt = max(now, fullAt) + rate.interval }
}
