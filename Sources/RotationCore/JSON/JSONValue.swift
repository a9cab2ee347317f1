/// A JSON value, for audit entries, `--json` output and a plug-in's parameters and state.
///
/// Texts, and the keys of objects, are compared by their bytes: see ``ExactlyComparable``.
package indirect enum JSONValue: Hashable, Sendable {
    case null
    case bool(Bool)
    /// A whole number.
    case integer(Int64)
    /// Any other number; finite.
    case number(Double)
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

extension JSONValue: ExactlyComparable {
    package static func == (left: JSONValue, right: JSONValue) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.bool(let left), .bool(let right)): left == right
        case (.integer(let left), .integer(let right)): left == right
        case (.number(let left), .number(let right)): left == right
        case (.string(let left), .string(let right)): left.isExactly(right)
        case (.array(let left), .array(let right)): left.isExactly(right)
        case (.object(let left), .object(let right)): left.isExactly(right)
        default: false
        }
    }

    package func isExactly(_ other: JSONValue) -> Bool { self == other }

    package func hash(into hasher: inout Hasher) {
        switch self {
        case .null: hasher.combine(0)
        case .bool(let value): hasher.combine(value)
        case .integer(let value): hasher.combine(value)
        case .number(let value): hasher.combine(value)
        case .string(let value): value.hashExactly(into: &hasher)
        case .array(let values): values.hashExactly(into: &hasher)
        case .object(let fields): fields.hashExactly(into: &hasher)
        }
    }

    package func hashExactly(into hasher: inout Hasher) { hash(into: &hasher) }
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
        write(to: &text, quotesLargeIntegers: true)
        return text
    }

    /// The canonical text of an object of the fields that have a value, without an object: each line of the audit log is made
    /// so.
    ///
    /// - Parameter fields: The fields in the order of their keys, which are ASCII.
    static func canonicalText(ofFieldsInOrder fields: KeyValuePairs<String, JSONValue?>) -> String {
        assert(zip(fields, fields.dropFirst()).allSatisfy { $0.key < $1.key }, "the keys are not in order")
        var text = ""
        write(
            fields.lazy.compactMap { field in field.value.map { (field.key, $0) } },
            to: &text,
            quotesLargeIntegers: true
        )
        return text
    }

    /// Like ``canonicalText``, but with all integers as numbers: JSON that ``JSONValue`` reads back as it was.
    package var losslessText: String {
        var text = ""
        write(to: &text, quotesLargeIntegers: false)
        return text
    }

    private func write(to text: inout String, quotesLargeIntegers quotes: Bool) {
        switch self {
        case .null: text += "null"
        case .bool(let value): text += value ? "true" : "false"
        case .integer(let value):
            let isExact = value.magnitude < UInt64(1) << 53
            text += isExact || !quotes ? "\(value)" : "\"\(value)\""
        case .number(let value): text += ECMAScriptNumber.text(value)
        case .string(let value): Self.write(value, to: &text)
        case .array(let values):
            text += "["
            for (index, value) in values.enumerated() {
                if index > 0 { text += "," }
                value.write(to: &text, quotesLargeIntegers: quotes)
            }
            text += "]"
        case .object(let fields):
            let sorted = fields.sorted { Self.precedes($0.key, $1.key) }
            Self.write(sorted.lazy.map { ($0.key, $0.value) }, to: &text, quotesLargeIntegers: quotes)
        }
    }

    /// Writes an object of fields in their order.
    private static func write(
        _ fields: some Sequence<(String, JSONValue)>,
        to text: inout String,
        quotesLargeIntegers quotes: Bool
    ) {
        text += "{"
        for (index, (key, value)) in fields.enumerated() {
            if index > 0 { text += "," }
            write(key, to: &text)
            text += ":"
            value.write(to: &text, quotesLargeIntegers: quotes)
        }
        text += "}"
    }

    /// The order of UTF-16 code units (section 3.2.3), which is not that of Swift's String.
    private static func precedes(_ left: String, _ right: String) -> Bool {
        for (one, other) in zip(left.utf8, right.utf8) where one != other {
            // UTF-8 has the same order, and is faster, but for what begins by 0xEE or 0xEF (U+E000 to U+FFFF) beside what
            // lies beyond the Basic Multilingual Plane.
            guard max(one, other) < 0xEE else { break }
            return one < other
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
