/// The format of durations in a generator's JSON: `60s`, `1500ms`; the schedule file accepts it, too.
package enum SecondsText {
    package static func format(_ duration: Duration) -> String {
        let (seconds, rest) = duration.components
        let milliseconds = seconds * 1000 + rest / 1_000_000_000_000_000
        return milliseconds % 1000 == 0 ? "\(seconds)s" : "\(milliseconds)ms"
    }

    /// Parses the output of ``format(_:)``; nil for anything else.
    package static func parse(_ text: String) -> Duration? {
        let number = text.prefix { $0.isASCII && $0.isNumber }
        guard number.count <= 11, let count = Int64(number) else { return nil }
        switch text.dropFirst(number.count) {
        case "s": return .seconds(count)
        case "ms": return .milliseconds(count)
        default: return nil
        }
    }
}
