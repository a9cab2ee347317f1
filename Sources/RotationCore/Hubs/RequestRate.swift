/// A rate of requests, written `10/s`, `30/m` or `100/h`.
package struct RequestRate: Hashable, Sendable, CustomStringConvertible {
    /// The number of requests.
    package let count: Int
    /// The unit of time.
    package let unit: Unit

    /// The units of time.
    package enum Unit: String, Sendable, CaseIterable {
        case second = "s"
        case minute = "m"
        case hour = "h"

        var duration: Duration {
            switch self {
            case .second: .seconds(1)
            case .minute: .seconds(60)
            case .hour: .seconds(3600)
            }
        }
    }

    /// Parses a rate; nil if it has another form, or is not from 1 to 100,000.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, !text.hasPrefix("+"), let count = Int(parts[0]), (1...100_000).contains(count),
            let unit = Unit(rawValue: String(parts[1]))
        else { return nil }
        self.count = count
        self.unit = unit
    }

    /// The mean time between two requests.
    package var interval: Duration { unit.duration / count }
    package var description: String { "\(count)/\(unit.rawValue)" }
}
