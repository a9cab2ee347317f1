extension Instant {
    /// The instant as RFC 3339 in UTC with milliseconds, for example `2026-11-23T11:26:12.123Z`.
    package var rfc3339: String {
        let day = Int(rawValue.flooredDivision(by: 86_400_000).quotient)
        let millisecond = Int(rawValue) - day * 86_400_000
        let date = CivilDate(daysSinceEpoch: day)
        let time = [
            pad(millisecond / 3_600_000, 2), pad(millisecond / 60_000 % 60, 2), pad(millisecond / 1000 % 60, 2),
        ]
        return "\(pad(date.year, 4))-\(pad(date.month, 2))-\(pad(date.day, 2))T"
            + time.joined(separator: ":") + ".\(pad(millisecond % 1000, 3))Z"
    }

    /// Reads an instant in RFC 3339 (section 5.6), with any offset; digits beyond milliseconds are dropped.
    ///
    /// nil for anything else, such as a day that does not exist. A leap second (`:60`) is read as the second before it,
    /// because Unix time can't represent it.
    package init?(rfc3339 text: String) {
        var scanner = DigitScanner(text)
        guard let year = scanner.digits(4), scanner.skip("-"),
            let month = scanner.digits(2), (1...12).contains(month), scanner.skip("-"),
            let day = scanner.digits(2), scanner.skip("T") || scanner.skip("t") || scanner.skip(" "),
            let hour = scanner.digits(2), hour < 24, scanner.skip(":"),
            let minute = scanner.digits(2), minute < 60, scanner.skip(":"),
            let second = scanner.digits(2), second <= 60,
            let millisecond = scanner.fraction(),
            let offset = scanner.offset(), scanner.isAtEnd
        else { return nil }
        let date = CivilDate(year: year, month: month, day: day)
        guard CivilDate(daysSinceEpoch: date.daysSinceEpoch) == date else { return nil }
        let seconds = date.daysSinceEpoch * 86_400 + hour * 3600 + minute * 60 + min(second, 59) - offset * 60
        let milliseconds = Int64(seconds) * 1000 + Int64(millisecond)
        guard Instant.range.contains(milliseconds) else { return nil }
        self.init(milliseconds: milliseconds)
    }
}

private func pad(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
}

/// Reads fixed-width numbers from a text's start.
private struct DigitScanner {
    private var rest: Substring.UTF8View

    init(_ text: String) {
        rest = Substring(text).utf8
    }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard let first = rest.first, UInt32(first) == character.value else { return false }
        rest = rest.dropFirst()
        return true
    }

    mutating func digits(_ count: Int) -> Int? {
        let digits = rest.prefix(count)
        guard digits.count == count, digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        rest = rest.dropFirst(count)
        return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }

    /// The milliseconds of an optional fraction; nil where a point has no digit after it.
    mutating func fraction() -> Int? {
        guard skip(".") else { return 0 }
        let digits = rest.prefix { (0x30...0x39).contains($0) }
        guard !digits.isEmpty else { return nil }
        rest = rest.dropFirst(digits.count)
        return (0..<3).reduce(0) { sum, place in
            let index = digits.index(digits.startIndex, offsetBy: place, limitedBy: digits.endIndex) ?? digits.endIndex
            return sum * 10 + (index < digits.endIndex ? Int(digits[index] - 0x30) : 0)
        }
    }

    /// The minutes that local time is ahead of UTC.
    mutating func offset() -> Int? {
        if skip("Z") || skip("z") { return 0 }
        let sign = skip("+") ? 1 : (skip("-") ? -1 : 0)
        guard sign != 0, let hours = digits(2), hours < 24, skip(":"), let minutes = digits(2), minutes < 60 else {
            return nil
        }
        return sign * (hours * 60 + minutes)
    }
}
