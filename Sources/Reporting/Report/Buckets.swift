package import Scheduling

/// Equal parts of a period, at most a hundred of them, for pictures of it.
package struct Buckets: Hashable, Sendable {
    /// The length of a bucket in milliseconds.
    package let length: Int64
    /// The start of the first bucket: a whole multiple of the length, at or before the period's start.
    package let start: Instant
    package let end: Instant
    package let count: Int

    private static let most: Int64 = 100
    private static let day: Int64 = 86_400_000
    /// Lengths that people know: a minute, a quarter, an hour, six hours, a day, a week, four weeks, a year.
    private static let lengths: [Int64] = [
        60_000, 900_000, 3_600_000, 21_600_000, day, 7 * day, 28 * day, 364 * day,
    ]

    package init(_ period: ReportPeriod) {
        let span = period.end.rawValue - period.start.rawValue
        // One more than the span has, as the first bucket begins before the period.
        let length = Self.lengths.first { span / $0 + 2 <= Self.most } ?? (span / (Self.most - 2) + 1)
        let first = period.start.rawValue.flooredQuotient(by: length)
        self.length = length
        start = Instant(milliseconds: first * length)
        end = period.end
        count = max(1, Int((period.end.rawValue - 1).flooredQuotient(by: length) - first) + 1)
    }

    /// The bucket of an instant of the period.
    package func index(of instant: Instant) -> Int {
        min(max(0, Int((instant.rawValue - start.rawValue).flooredQuotient(by: length))), count - 1)
    }

    /// When a bucket begins.
    package func start(of index: Int) -> Instant { start.advanced(by: .milliseconds(Int64(index) * length)) }

    /// When a bucket ends; the last one ends with the period.
    package func end(of index: Int) -> Instant { min(start(of: index + 1), end) }

    /// What a bucket is called: `day`, `week`.
    package var unit: String {
        switch length {
        case 60_000: "minute"
        case 900_000: "quarter of an hour"
        case 3_600_000: "hour"
        case 21_600_000: "six hours"
        case Self.day: "day"
        case 7 * Self.day: "week"
        case 28 * Self.day: "four weeks"
        case 364 * Self.day: "52 weeks"
        default: "\(max(1, length / Self.day)) days"
        }
    }

    /// The start of a bucket, as exactly as its length needs.
    package func label(of index: Int) -> String {
        let text = start(of: index).rfc3339
        return length < Self.day ? text.prefix(10) + " " + text.dropFirst(11).prefix(5) : String(text.prefix(10))
    }
}

extension Int64 {
    fileprivate func flooredQuotient(by divisor: Int64) -> Int64 {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
