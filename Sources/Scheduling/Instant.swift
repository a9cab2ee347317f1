/// A point in time: milliseconds since 1970-01-01T00:00:00Z, without leap seconds.
///
/// Due times, event times and the times of audit entries are instants. They are stored and compared as this number. RFC
/// 3339 can represent each of them: the years are 0000 to 9999, and a number outside this range, for example from a
/// damaged database, is clamped to the first or last instant.
package struct Instant: Hashable, Sendable, RawRepresentable, Codable {
    /// Milliseconds since the epoch.
    package let rawValue: Int64

    /// The valid range of ``rawValue``.
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
    /// The instant a duration later, clamped to ``range``.
    package func advanced(by duration: Duration) -> Instant {
        let (sum, overflow) = rawValue.addingReportingOverflow(duration.milliseconds)
        if overflow { return duration < .zero ? .distantPast : .distantFuture }
        return Instant(milliseconds: sum)
    }

    /// The time until another instant; negative if that is earlier.
    package func duration(to other: Instant) -> Duration {
        .milliseconds(other.rawValue - rawValue)
    }
}

extension Duration {
    /// The duration in whole milliseconds, rounded towards zero and clamped to 64 bits.
    package var milliseconds: Int64 {
        let (seconds, attoseconds) = components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1000)
        if overflow { return seconds < 0 ? .min : .max }
        let (sum, overflowed) = product.addingReportingOverflow(attoseconds / 1_000_000_000_000_000)
        return overflowed ? (seconds < 0 ? .min : .max) : sum
    }
}
