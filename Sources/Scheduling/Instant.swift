/// A point in time: milliseconds since 1970-01-01T00:00:00Z, without leap seconds.
///
/// What is due, when something happened, and what an audit entry says are all instants. They are persisted and compared
/// as this number alone.
package struct Instant: Hashable, Sendable, RawRepresentable {
    /// Milliseconds since the epoch.
    package var rawValue: Int64

    package init(rawValue: Int64) {
        self.rawValue = rawValue
    }

    /// Milliseconds since the epoch.
    package init(milliseconds: Int64) {
        rawValue = milliseconds
    }

    /// The last instant of the year 9999, which is as far as RFC 3339 can write.
    package static let distantFuture = Instant(milliseconds: 253_402_300_799_999)
}

extension Instant: Comparable {
    package static func < (left: Instant, right: Instant) -> Bool {
        left.rawValue < right.rawValue
    }
}

extension Instant {
    /// The instant that lies a duration later; stays within ``distantFuture``.
    package func advanced(by duration: Duration) -> Instant {
        let (sum, overflow) = rawValue.addingReportingOverflow(duration.milliseconds)
        if overflow { return duration < .zero ? Instant(milliseconds: .min) : .distantFuture }
        return min(Instant(milliseconds: sum), .distantFuture)
    }

    /// How much later the other instant is; negative where it is earlier.
    package func duration(to other: Instant) -> Duration {
        .milliseconds(other.rawValue.subtractingReportingOverflow(rawValue).partialValue)
    }
}

extension Duration {
    /// The duration in whole milliseconds, rounded towards zero, and held within what 64 bits can say.
    package var milliseconds: Int64 {
        let (seconds, attoseconds) = components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1000)
        if overflow { return seconds < 0 ? .min : .max }
        let (sum, overflowed) = product.addingReportingOverflow(attoseconds / 1_000_000_000_000_000)
        return overflowed ? (seconds < 0 ? .min : .max) : sum
    }
}
