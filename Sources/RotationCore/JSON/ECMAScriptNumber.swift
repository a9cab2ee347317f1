/// The number format of RFC 8785, section 3.2.2.3: `Number::toString` of ECMAScript 2019, section 7.1.12.1.
enum ECMAScriptNumber {
    /// The shortest text that reads back as the same number; `null` for NaN and infinities, like JSON.stringify.
    static func text(_ number: Double) -> String {
        guard number.isFinite else { return "null" }
        guard number != 0 else { return "0" }
        let (digits, point) = decimal(number.magnitude)
        return (number < 0 ? "-" : "") + format(digits, point)
    }

    /// The significant digits, and how many of them are before the decimal point.
    ///
    /// Swift's description has the fewest digits that read back, and of those the closest ones, as ECMAScript requires.
    private static func decimal(_ number: Double) -> (digits: String, point: Int) {
        let halves = number.description.split(separator: "e")
        let mantissa = halves[0].split(separator: ".", omittingEmptySubsequences: false)
        let fraction = mantissa.count > 1 ? mantissa[1] : ""
        let exponent = halves.count > 1 ? Int(halves[1]) ?? 0 : 0
        let all = mantissa[0] + fraction
        let significant = all.drop { $0 == "0" }
        let end = significant.lastIndex { $0 != "0" }.map { significant.index(after: $0) } ?? significant.endIndex
        let point = mantissa[0].count + exponent - (all.count - significant.count)
        return (String(significant[..<end]), point)
    }

    private static func format(_ digits: String, _ point: Int) -> String {
        let count = digits.count
        if count <= point, point <= 21 { return digits + String(repeating: "0", count: point - count) }
        if (1...21).contains(point) { return digits.prefix(point) + "." + digits.dropFirst(point) }
        if (-5...0).contains(point) { return "0." + String(repeating: "0", count: -point) + digits }
        let exponent = point - 1
        let fraction = count > 1 ? "." + digits.dropFirst() : ""
        return digits.prefix(1) + fraction + "e" + (exponent < 0 ? "" : "+") + "\(exponent)"
    }
}
