/// When to try again: exponential back-off with full jitter
/// (<https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/>), in cycles.
package struct RetryPolicy: Hashable, Sendable {
    /// The ceiling of the first delay.
    package var base: Duration
    /// The highest ceiling.
    package var cap: Duration
    /// How many attempts a cycle has.
    package var attempts: Int
    /// How long a new cycle is put off: after the first one, the second one, …; the last entry repeats.
    package var cycleDelays: [Duration]
    /// No pause that a hub asks for with `Retry-After` is longer.
    package var retryAfterCap: Duration

    /// - Precondition: The configuration's ranges hold: base and cap positive, one attempt or more.
    package init(
        base: Duration,
        cap: Duration,
        attempts: Int,
        cycleDelays: [Duration],
        retryAfterCap: Duration = .seconds(3600)
    ) {
        self.base = base
        self.cap = cap
        self.attempts = attempts
        self.cycleDelays = cycleDelays
        self.retryAfterCap = retryAfterCap
    }

    /// What the configuration has where it says nothing.
    package static let standard = RetryPolicy(
        base: .seconds(1),
        cap: .seconds(300),
        attempts: 8,
        cycleDelays: [5, 15, 30, 60, 120, 240, 360].map { .seconds($0 * 60) }
    )

    /// The delay before the next attempt.
    ///
    /// - Parameters:
    ///   - failures: How many attempts of this cycle have failed, 1 or more.
    ///   - fraction: A random number of 0..<1.
    ///   - floor: What the hub asked for with `Retry-After`.
    /// - Returns: A delay from 1 ms up to the ceiling `min(cap, base·2^(failures-1))`, or `floor` plus that spread
    ///   where the hub gave one, so that those it sent away don't all come back at once.
    package func delay(afterFailures failures: Int, fraction: Double, floor: Duration? = nil) -> Duration {
        let doublings = min(max(failures, 1) - 1, 40)
        let ceiling = min(cap, Duration.seconds(base.inSeconds * Double(UInt64(1) << UInt64(doublings))))
        let spread = max(Duration.milliseconds(1), Duration.seconds(ceiling.inSeconds * fraction))
        guard let floor else { return spread }
        return floor + min(spread, base)
    }

    /// No wait of this policy, or that a hub may ask for, is longer.
    package var longestWait: Duration {
        max(cap, cycleDelays.max() ?? .zero, retryAfterCap + base)
    }

    /// How long the next cycle is put off.
    ///
    /// - Parameter cycles: How many cycles have failed, 1 or more.
    package func cycleDelay(afterCycles cycles: Int) -> Duration {
        guard let last = cycleDelays.last else { return cap }
        let index = max(cycles, 1) - 1
        return index < cycleDelays.count ? cycleDelays[index] : last
    }
}

extension Duration {
    fileprivate var inSeconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}
