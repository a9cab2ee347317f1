/// How often something recurs: a rule that names slots.
package enum Cadence: Hashable, Sendable, Codable {
    /// A slot each `period` after the anchor; the anchor itself is none.
    case every(Period)
    /// A slot at each minute that a calendar names.
    case cron(CronExpression)
    /// No slots by time: a change of the source is a slot.
    case onChange

    /// The first slot that is strictly later than `instant`.
    ///
    /// - Parameters:
    ///   - instant: The start of the search.
    ///   - anchor: The start of the first period; for an earlier instant the next slot is the first one. Unused for a
    ///     cron expression.
    ///   - zone: The time zone of a cron expression. A period is a length of time, the same in each zone.
    /// - Returns: The slot; nil if it would lie beyond the year 9999, or for `onChange`.
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
    /// The period; nil for the other cadences.
    package var period: Period? {
        if case .every(let period) = self { period } else { nil }
    }

    /// The cron expression; nil for the other cadences.
    package var expression: CronExpression? {
        if case .cron(let expression) = self { expression } else { nil }
    }
}

extension Cadence {
    /// A length of time between slots, of at least one second and at most 100 years.
    package struct Period: Hashable, Sendable {
        /// The length.
        package let duration: Duration
        /// The lengths that ``init(_:)`` accepts.
        package static let range: ClosedRange<Duration> = .seconds(1)...(.seconds(100 * 366 * 86_400))

        /// Creates a period; nil for a length outside ``range``.
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
