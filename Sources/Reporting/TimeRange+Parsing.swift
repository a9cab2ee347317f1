package import Scheduling

extension TimeRange {
    /// A bound that can't be read.
    package struct Unreadable: Error, Equatable, CustomStringConvertible {
        /// The text.
        package var text: String

        package init(text: String) { self.text = text }

        package var description: String {
            "\(text) is no time: give a date (2026-11-01), an instant (2026-11-01T08:00:00Z) or an age (7d)"
        }
    }

    /// Reads the bounds that a person gives: dates in UTC, instants in RFC 3339, or ages such as `7d`.
    ///
    /// A range from a date begins with that day, and a range up to a date ends with it: both days are in the range.
    ///
    /// - Parameters:
    ///   - from: The range's begin; nil for the history's.
    ///   - to: The range's end; nil for none.
    ///   - now: The present.
    package init(from: String?, to: String?, now: Instant) throws(Unreadable) {
        start = try from.map { text throws(Unreadable) in try Self.read(text, now: now).start }
        end = try to.map { text throws(Unreadable) in try Self.read(text, now: now).end }
    }

    private static func read(_ text: String, now: Instant) throws(Unreadable) -> (start: Instant, end: Instant) {
        if let midnight = Instant(rfc3339: text + "T00:00:00Z") {
            return (midnight, midnight.advanced(by: .seconds(86_400)))
        }
        if let instant = Instant(rfc3339: text) { return (instant, instant) }
        if let age = DurationText.parse(text) {
            let instant = now.advanced(by: .milliseconds(-age.milliseconds))
            return (instant, instant)
        }
        throw Unreadable(text: text)
    }
}
