/// The retry policy: exponential back-off with full jitter
/// (<https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/>), in cycles.
package struct RetryPolicy: Hashable, Sendable {
    /// The ceiling of the first delay.
    package var base: Duration
    /// The highest ceiling.
    package var cap: Duration
    /// The number of attempts in a cycle.
    package var attempts: Int
    /// The delays of a new cycle after the first, second, … failed one; the last entry repeats.
    package var cycleDelays: [Duration]
    /// The longest pause that `Retry-After` can cause.
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

    /// The default of the configuration.
    package static let standard = RetryPolicy(
        base: .seconds(1),
        cap: .seconds(300),
        attempts: 8,
        cycleDelays: [5, 15, 30, 60, 120, 240, 360].map { .seconds($0 * 60) }
    )

    /// The delay before the next attempt.
    ///
    /// - Parameters:
    ///   - failures: The number of failed attempts in this cycle, 1 or more.
    ///   - fraction: A random number of 0..<1.
    ///   - floor: The duration of `Retry-After`.
    /// - Returns: A delay from 1 ms up to the ceiling `min(cap, base·2^(failures-1))`, or `floor` plus that spread
    ///   where the hub gave one, so that those it sent away don't all come back at once.
    package func delay(afterFailures failures: Int, fraction: Double, floor: Duration? = nil) -> Duration {
        let doublings = min(max(failures, 1) - 1, 40)
        let ceiling = min(cap, Duration.seconds(base.inSeconds * Double(UInt64(1) << UInt64(doublings))))
        let spread = max(Duration.milliseconds(1), Duration.seconds(ceiling.inSeconds * fraction))
        guard let floor else { return spread }
        return floor + min(spread, base)
    }

    /// The longest wait of this policy, including `Retry-After`.
    package var longestWait: Duration {
        max(cap, cycleDelays.max() ?? .zero, retryAfterCap + base)
    }

    /// The delay of the next cycle.
    ///
    /// - Parameter cycles: The number of failed cycles, 1 or more.
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
