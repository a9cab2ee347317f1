package import Scheduling

/// The time that a report is about: from an instant up to, and without, another one.
package struct ReportPeriod: Hashable, Sendable {
    package let start: Instant
    package let end: Instant

    /// The length where only the end is known.
    package static let standardLength = Duration.seconds(90 * 86_400)

    /// Makes a period; nil where it would be empty.
    package init?(start: Instant, end: Instant) {
        guard start < end else { return nil }
        (self.start, self.end) = (start, end)
    }

    package func contains(_ instant: Instant) -> Bool { start <= instant && instant < end }
}
