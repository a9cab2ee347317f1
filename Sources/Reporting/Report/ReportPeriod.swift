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

    /// Reads the start or end of a period: a date (`2026-11-01`, at midnight UTC), an instant in RFC 3339, or an age such as
    /// `90d`; nil for anything else.
    package static func boundary(_ text: String, now: Instant) -> Instant? {
        if let age = DurationText.parse(text) { return now.advanced(by: .zero - age) }
        return Instant(rfc3339: text) ?? Instant(rfc3339: text + "T00:00:00Z")
    }
}
