/// A JSON value without fractions: what audit entries and `--json` output are made of.
package indirect enum JSONValue: Hashable, Sendable {
    case null
    case bool(Bool)
    case integer(Int64)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    package init(stringLiteral value: String) { self = .string(value) }
    package init(integerLiteral value: Int64) { self = .integer(value) }
    package init(booleanLiteral value: Bool) { self = .bool(value) }
    package init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    package init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(Dictionary(elements) { _, last in last })
    }
}

extension JSONValue {
    /// An object of the fields that have a value.
    package static func fields(_ fields: [String: JSONValue?]) -> JSONValue {
        .object(fields.compactMapValues { $0 })
    }

    /// The canonical text of RFC 8785 (JSON Canonicalization Scheme): one line, keys sorted, only what must be escaped.
    ///
    /// Integers beyond ±(2^53−1) are not exact numbers there (section 3.2.2.3, I-JSON): they are written as strings.
    package var canonicalText: String {
        var text = ""
        write(to: &text)
        return text
    }

    private func write(to text: inout String) {
        switch self {
        case .null: text += "null"
        case .bool(let value): text += value ? "true" : "false"
        case .integer(let value):
            let isExact = value.magnitude < UInt64(1) << 53
            text += isExact ? "\(value)" : "\"\(value)\""
        case .string(let value): Self.write(value, to: &text)
        case .array(let values):
            text += "["
            for (index, value) in values.enumerated() {
                if index > 0 { text += "," }
                value.write(to: &text)
            }
            text += "]"
        case .object(let fields):
            text += "{"
            let sorted = fields.sorted { Self.precedes($0.key, $1.key) }
            for (index, field) in sorted.enumerated() {
                if index > 0 { text += "," }
                Self.write(field.key, to: &text)
                text += ":"
                field.value.write(to: &text)
            }
            text += "}"
        }
    }

    /// The order of UTF-16 code units (section 3.2.3), which is not that of Swift's String.
    private static func precedes(_ left: String, _ right: String) -> Bool {
        // UTF-8 has the same order, and is faster, where nothing lies beyond the Basic Multilingual Plane.
        if left.utf8.allSatisfy({ $0 < 0xF0 }) && right.utf8.allSatisfy({ $0 < 0xF0 }) {
            return left.utf8.lexicographicallyPrecedes(right.utf8)
        }
        return left.utf16.lexicographicallyPrecedes(right.utf16)
    }

    /// Section 3.2.2.2: the two-character escapes where there are any, `\u00xx` for other controls, all else as it is.
    private static func write(_ string: String, to text: inout String) {
        text += "\""
        defer { text += "\"" }
        guard !string.utf8.allSatisfy({ $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }) else {
            text += string
            return
        }
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\u{8}": text += "\\b"
            case "\t": text += "\\t"
            case "\n": text += "\\n"
            case "\u{C}": text += "\\f"
            case "\r": text += "\\r"
            case "\u{0}"..<"\u{20}":
                let digits = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: text.unicodeScalars.append(scalar)
            }
        }
    }
}
