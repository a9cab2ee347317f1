package import Scheduling

/// The part of the history that a report, an export or a query is about: from an instant up to, and without, another one.
package struct TimeRange: Hashable, Sendable {
    /// The first instant; nil for the history's beginning.
    package var start: Instant?
    /// The first instant after the range; nil for no end.
    package var end: Instant?

    /// Makes a range.
    package init(start: Instant? = nil, end: Instant? = nil) {
        (self.start, self.end) = (start, end)
    }

    /// Whether an instant is in the range.
    package func contains(_ instant: Instant) -> Bool {
        (start.map { $0 <= instant } ?? true) && (end.map { instant < $0 } ?? true)
    }
}
