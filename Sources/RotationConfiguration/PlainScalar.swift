import RotationCore

/// The value of a YAML scalar without quotes.
///
/// YAML 1.1 and 1.2 read the same text as different numbers (`05432` is 2842 or 5432), times as numbers (`1:30` is 90)
/// and words as truth values (`no`). A text on which readers disagree, or that does not read back as it was written, is
/// refused.
enum PlainScalar: Hashable {
    case null
    case value(JSONValue)
    case refused(String)

    init(_ text: String) {
        let bytes = Array(text.utf8)
        switch text {
        case "", "~", "null", "Null", "NULL": self = .null
        case "true": self = .value(true)
        case "false": self = .value(false)
        case _ where bytes.count <= 5 && Self.words.contains(text.lowercased()):
            self = .refused("YAML readers differ on this word: write true or false, or write it in quotes")
        case _ where NumberText.isNumber(bytes):
            self =
                Self.number(text).map(PlainScalar.value)
                ?? .refused("a number that does not read back as it is written: write it in quotes")
        default: self = .value(.string(text))
        }
    }

    /// Truth values of YAML 1.1 (<https://yaml.org/type/bool.html>), in lower case.
    private static let words: Set<String> = ["true", "false", "yes", "no", "on", "off", "y", "n"]

    /// A number whose shortest text equals the written one.
    private static func number(_ text: String) -> JSONValue? {
        if let integer = Int64(text) { return "\(integer)" == text ? .integer(integer) : nil }
        guard !text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let double = Double(text),
            double.magnitude < JSONValue.numberLimit
        else { return nil }
        let number = JSONValue.number(double)
        return number.canonicalText == text ? number : nil
    }
}

/// Texts that are a number in some version of YAML (<https://yaml.org/type/int.html>,
/// <https://yaml.org/type/float.html>).
enum NumberText {
    static func isNumber(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        if let sign = rest.first, sign == plus || sign == minus { rest.removeFirst() }
        guard let first = rest.first, isDigit(first) || first == point else { return false }
        let word = String(decoding: rest, as: UTF8.self).lowercased()
        if word == ".inf" || word == ".nan" { return true }
        if word.hasPrefix("0x") {
            return isMade(rest.dropFirst(2)) { isDigit($0) || (0x61...0x66).contains($0 | 0x20) }
        }
        if word.hasPrefix("0o") || word.hasPrefix("0b") { return isMade(rest.dropFirst(2), of: isDigit) }
        return isDecimal(rest) || isSexagesimal(rest)
    }

    private static let plus = UInt8(ascii: "+")
    private static let minus = UInt8(ascii: "-")
    private static let point = UInt8(ascii: ".")
    private static let colon = UInt8(ascii: ":")
    private static let underscore = UInt8(ascii: "_")

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    private static func isMade(_ bytes: ArraySlice<UInt8>, of isAllowed: (UInt8) -> Bool) -> Bool {
        !bytes.isEmpty && bytes.allSatisfy { isAllowed($0) || $0 == underscore }
    }

    /// `12`, `1_000`, `1.`, `.5`, `1.5e-3`.
    private static func isDecimal(_ bytes: ArraySlice<UInt8>) -> Bool {
        let parts = bytes.split(maxSplits: 1, omittingEmptySubsequences: false) { $0 | 0x20 == 0x65 }
        if parts.count == 2 {
            let exponent = parts[1].first == plus || parts[1].first == minus ? parts[1].dropFirst() : parts[1]
            guard !exponent.isEmpty, exponent.allSatisfy(isDigit) else { return false }
        }
        let halves = parts[0].split(separator: point, omittingEmptySubsequences: false)
        return halves.count <= 2 && parts[0].contains(where: isDigit)
            && halves.allSatisfy { $0.allSatisfy { isDigit($0) || $0 == underscore } }
    }

    /// `1:30`, `190:20:30.15`: base 60 in YAML 1.1.
    private static func isSexagesimal(_ bytes: ArraySlice<UInt8>) -> Bool {
        let parts = bytes.split(separator: colon, omittingEmptySubsequences: false)
        guard parts.count > 1, let first = parts.first, let last = parts.last, isMade(first, of: isDigit) else {
            return false
        }
        let halves = last.split(separator: point, maxSplits: 1, omittingEmptySubsequences: false)
        let ends = halves.count < 2 || halves[1].allSatisfy { isDigit($0) || $0 == underscore }
        return ends && (parts.dropFirst().dropLast() + [halves[0]]).allSatisfy(isSixtieth)
    }

    private static func isSixtieth(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard (1...2).contains(bytes.count), bytes.allSatisfy(isDigit) else { return false }
        return bytes.count == 1 || bytes.first.map { $0 < 0x36 } ?? false
    }
}
