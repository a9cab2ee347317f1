/// How often something recurs: a rule that names slots.
package enum Cadence: Hashable, Sendable, Codable {
    /// A slot each `period` after the anchor; the anchor itself is none.
    case every(Period)
    /// A slot at each minute that a calendar names.
    case cron(CronExpression)
    /// No slot by itself: what is rotated is looked at, and a slot is whenever it has changed.
    case onChange

    /// The first slot that is strictly later than `instant`.
    ///
    /// - Parameters:
    ///   - instant: Where to look from.
    ///   - anchor: Where a period begins; instants before it have its first slot as their next one. A calendar has none.
    ///   - zone: Where a calendar is read. A period is a length of time, the same in each zone.
    /// - Returns: The slot; nil where the next one would lie beyond the year 9999, or a change makes it.
    package func nextSlot(after instant: Instant, anchor: Instant, in zone: Zone = .utc) -> Instant? {
        switch self {
        case .every(let period):
            let step = period.duration.milliseconds
            let elapsed = max(0, anchor.duration(to: instant).milliseconds)
            let slot = anchor.advanced(by: .milliseconds((elapsed / step + 1) * step))
            return slot < .distantFuture ? slot : nil
        case .cron(let expression):
            return expression.nextSlot(after: instant, in: zone)
        case .onChange:
            return nil
        }
    }
}

extension Cadence {
    /// The period; nil for all else.
    package var period: Period? {
        if case .every(let period) = self { period } else { nil }
    }

    /// The calendar; nil for all else.
    package var expression: CronExpression? {
        if case .cron(let expression) = self { expression } else { nil }
    }
}

extension Cadence {
    /// A length of time between slots, of at least one second and at most 100 years.
    package struct Period: Hashable, Sendable {
        /// The length.
        package let duration: Duration
        /// What ``init(_:)`` accepts.
        package static let range: ClosedRange<Duration> = .seconds(1)...(.seconds(100 * 366 * 86_400))

        /// Answers nil for a length outside ``range``.
        package init?(_ duration: Duration) {
            guard Self.range.contains(duration) else { return nil }
            self.duration = .milliseconds(duration.milliseconds)
        }
    }
}

/// A period as whole milliseconds.
extension Cadence.Period: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let period = Self(.milliseconds(try container.decode(Int64.self))) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "a period out of range")
        }
        self = period
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(duration.milliseconds)
    }
}
