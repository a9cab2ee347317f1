import Glibc
import RotationCore

/// The `Retry-After` header field (RFC 9110, section 10.2.3).
package enum RetryAfter {
    /// The largest duration; a longer one is clamped, so that a hub's wrong clock can't stop rotations.
    package static let maximum = HubStatus.longestPause

    /// Reads a number of seconds, or an HTTP date relative to `now`.
    ///
    /// - Parameters:
    ///   - text: The field's value.
    ///   - now: Seconds since 1970 by the clock of the date (best the response's own `Date`).
    /// - Returns: A duration from zero to ``maximum``; nil if the text is neither.
    package static func parse(_ text: String, now: Int64) -> Duration? {
        let text = text.trimmingSpaces
        if !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
            return min(Duration.seconds(Int64(text) ?? .max / 1000), maximum)
        }
        return date(text).map { min(max(Duration.seconds($0 - now), .zero), maximum) }
    }

    /// Reads an HTTP date of any of the three forms (RFC 9110, section 5.6.7) as seconds since 1970.
    ///
    /// `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94 08:49:37 GMT` and `Sun Nov  6 08:49:37 1994` are equal.
    package static func date(_ text: String) -> Int64? {
        let words = text.split { " ,-".contains($0) }.map(String.init)
        let isAsctime = words.count == 5 && words[3].contains(":")
        guard isAsctime || words.count == 6 && words[5] == "GMT" else { return nil }
        let (day, month, year, clock) =
            isAsctime ? (words[2], words[1], words[4], words[3]) : (words[1], words[2], words[3], words[4])
        let parts = clock.split(separator: ":").map { Int32($0) ?? -1 }
        guard let day = Int32(day), let monthIndex = months.firstIndex(of: month), let number = Int32(year),
            parts.count == 3, (1...31).contains(day), (0..<24).contains(parts[0]), (0..<60).contains(parts[1]),
            (0...60).contains(parts[2]), (0...9999).contains(number)
        else { return nil }
        var time = tm()
        (time.tm_mday, time.tm_mon) = (day, Int32(monthIndex))
        // A year of two digits is in this century, for a server's clock.
        time.tm_year = year.count == 2 ? (number < 70 ? number + 100 : number) : number - 1900
        (time.tm_hour, time.tm_min, time.tm_sec) = (parts[0], parts[1], parts[2])
        return Int64(timegm(&time))
    }

    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
}

extension String {
    var trimmingSpaces: String {
        var text = Substring(self)
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        return String(text.drop { $0 == " " || $0 == "\t" })
    }
}
