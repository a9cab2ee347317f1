/// A point in time: milliseconds since 1970-01-01T00:00:00Z, without leap seconds.
///
/// What is due, when something happened, and what an audit entry says are all instants. They are persisted and compared
/// as this number alone. There is none that RFC 3339 could not write: the years are 0000 to 9999, and a number beyond
/// them, whoever wrote it into a database, is read as the first or the last instant.
package struct Instant: Hashable, Sendable, RawRepresentable, Codable {
    /// Milliseconds since the epoch.
    package let rawValue: Int64

    /// What ``rawValue`` may be.
    package static let range: ClosedRange<Int64> = -62_167_219_200_000...253_402_300_799_999

    package init(rawValue: Int64) {
        self.rawValue = min(max(rawValue, Self.range.lowerBound), Self.range.upperBound)
    }

    /// Milliseconds since the epoch.
    package init(milliseconds: Int64) {
        self.init(rawValue: milliseconds)
    }

    /// The last instant of the year 9999.
    package static let distantFuture = Instant(rawValue: range.upperBound)
    /// The first instant of the year 0000.
    package static let distantPast = Instant(rawValue: range.lowerBound)
}

extension Instant: Comparable {
    package static func < (left: Instant, right: Instant) -> Bool {
        left.rawValue < right.rawValue
    }
}

extension Instant {
    /// The instant that lies a duration later; stays within ``range``.
    package func advanced(by duration: Duration) -> Instant {
        let (sum, overflow) = rawValue.addingReportingOverflow(duration.milliseconds)
        if overflow { return duration < .zero ? .distantPast : .distantFuture }
        return Instant(milliseconds: sum)
    }

    /// How much later the other instant is; negative where it is earlier.
    package func duration(to other: Instant) -> Duration {
        .milliseconds(other.rawValue - rawValue)
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
