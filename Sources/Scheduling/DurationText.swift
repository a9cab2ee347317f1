/// The text format of durations in the configuration: a whole number and one of `ms`, `s`, `m`, `h`, `d`, `w`.
///
/// A day is 24 hours and a week 7 days: a period is a length of time, independent of the calendar.
package enum DurationText {
    private static let units: [(name: String, milliseconds: Int64)] = [
        ("w", 604_800_000), ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1),
    ]

    /// Reads a duration such as `500ms`, `30s`, `5m`, `12h`, `30d` or `2w`; nil for anything else.
    package static func parse(_ text: String) -> Duration? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard !digits.isEmpty, digits.count <= 15, let number = Int64(digits) else { return nil }
        guard let unit = units.first(where: { $0.name == text.dropFirst(digits.count) }) else { return nil }
        let (product, overflow) = number.multipliedReportingOverflow(by: unit.milliseconds)
        return overflow ? nil : .milliseconds(product)
    }

    /// Writes a duration of whole milliseconds in its largest fitting unit.
    ///
    /// ``parse(_:)`` reads it back, unless it is negative or has more than 15 digits.
    package static func format(_ duration: Duration) -> String {
        let milliseconds = duration.milliseconds
        guard milliseconds != 0 else { return "0s" }
        let unit = units.first { milliseconds % $0.milliseconds == 0 } ?? ("ms", 1)
        return "\(milliseconds / unit.milliseconds)\(unit.name)"
    }
}
