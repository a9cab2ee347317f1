package import RotationCore

/// A token bucket (<https://en.wikipedia.org/wiki/Token_bucket>) that answers when, not whether.
///
/// Each request reserves a token, if need be one that is not there yet, and waits until it is: so requests are served
/// in order, and nobody polls.
package struct TokenBucket: Sendable {
    private let interval: Duration
    private let burst: Duration
    /// When the bucket would be full if nobody took a token any more.
    private var fullAt: ContinuousClock.Instant

    /// Makes a full bucket.
    ///
    /// - Parameter rate: How many requests a second; the burst is one second's worth, and at least one request.
    package init(rate: RequestRate, now: ContinuousClock.Instant) {
        interval = rate.interval
        burst = max(.seconds(1), rate.interval)
        fullAt = now
    }

    /// Takes a token.
    ///
    /// - Returns: The instant at which the request may be sent; now or later.
    package mutating func reserve(now: ContinuousClock.Instant) -> ContinuousClock.Instant {
        fullAt = max(fullAt, now) + interval
        return max(now, fullAt - burst)
    }
}
