package import Scheduling

extension Instant {
    /// The instant to the second: `2026-11-23 11:26:12`, in UTC.
    package var short: String {
        let text = rfc3339
        return text.prefix(10) + " " + text.dropFirst(11).prefix(8)
    }
}

extension Duration {
    /// The duration in its two largest units: `3 d 4 h`, `12 min`; a number and its unit stay on one line.
    package var words: String {
        let milliseconds = max(0, milliseconds)
        guard milliseconds >= 1000 else { return "\(milliseconds)\u{A0}ms" }
        let units: [(String, Int64)] = [("d", 86_400_000), ("h", 3_600_000), ("min", 60_000), ("s", 1000)]
        guard let first = units.firstIndex(where: { milliseconds >= $0.1 }) else { return "0\u{A0}s" }
        let rest = milliseconds % units[first].1
        let text = "\(milliseconds / units[first].1)\u{A0}\(units[first].0)"
        guard first + 1 < units.count, rest >= units[first + 1].1 else { return text }
        return text + " \(rest / units[first + 1].1)\u{A0}\(units[first + 1].0)"
    }
}

extension BinaryInteger {
    /// The number with commas between thousands.
    package var grouped: String {
        let digits = String(magnitude)
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index).isMultiple(of: 3) { text += "," }
            text.append(digit)
        }
        return (self < 0 ? "-" : "") + text
    }
}
