package import RotationCore

/// A token bucket (<https://en.wikipedia.org/wiki/Token_bucket>) that returns when a request may be sent.
///
/// Each request reserves a token, possibly a future one, and waits for it: requests are served in order without
/// polling.
package struct TokenBucket: Sendable {
    private let interval: Duration
    private let burst: Duration
    /// When the bucket will be full if no more tokens are reserved.
    private var fullAt: ContinuousClock.Instant

    /// Creates a full bucket.
    ///
    /// - Parameter rate: The rate of requests; the burst is that of one second, and at least one request.
    package init(rate: RequestRate, now: ContinuousClock.Instant) {
        interval = rate.interval
        burst = max(.seconds(1), rate.interval)
        fullAt = now
    }

    /// Reserves a token.
    ///
    /// - Returns: The instant at which the request may be sent; now or later.
    package mutating func reserve(now: ContinuousClock.Instant) -> ContinuousClock.Instant {
        fullAt = max(fullAt, now) + interval
        return max(now, fullAt - burst)
    }
}
