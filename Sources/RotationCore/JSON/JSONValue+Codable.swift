/// Coding for the control socket, and for reading the text of ``JSONValue/canonicalText``.
extension JSONValue: Codable {
    /// The limit of numbers that can be read: 2^63.
    package static let numberLimit = 0x1p63

    /// - Throws: `DecodingError` for a number of 2^63 or more, because a `Double` would round a whole number.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Int64.self) {
            self = .integer(value)
        } else if let value = try? container.decode(Double.self) {
            guard value.magnitude < Self.numberLimit else {
                let text = "a number is larger than 9223372036854775807"
                throw DecodingError.dataCorruptedError(in: container, debugDescription: text)
            }
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let values = try? container.decode([JSONValue].self) {
            self = .array(values)
        } else {
            self = .object(try container.decode([String: JSONValue].self))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .bool(let value): try container.encode(value)
        case .integer(let value): try container.encode(value)
        case .number(let value): try container.encode(value)
        case .string(let value): try container.encode(value)
        case .array(let values): try container.encode(values)
        case .object(let fields): try container.encode(fields)
        }
    }
}
