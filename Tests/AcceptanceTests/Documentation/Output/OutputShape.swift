import RotationCore
import Scheduling

/// What a line of `--json`, or a key of one, can hold.
indirect enum OutputShape: Hashable, Sendable {
    case text
    case number
    case boolean
    /// RFC 3339 in UTC with milliseconds.
    case instant
    /// The ID of a rotation or a request.
    case identifier
    /// One of a closed set of words.
    case word([String])
    case list(OutputShape)
    /// An object whose keys are names that people have chosen.
    case map(OutputShape)
    /// An object of other keys, such as a generator's parameters.
    case object
    case either([OutputShape])
    case record([String: Field])

    /// A key of an object.
    struct Field: Hashable, Sendable {
        var shape: OutputShape
        /// Whether each object has it.
        var isRequired: Bool
        var meaning: String
    }

    /// What is wrong with a value; nil for nothing.
    func fault(in value: JSONValue, _ place: String = "the line") -> String? {
        switch (self, value) {
        case (.text, .string), (.number, .integer), (.boolean, .bool), (.object, .object): nil
        case (.instant, .string(let text)):
            Instant(rfc3339: text).map { $0.rfc3339 == text } == true ? nil : "\(place) is no instant"
        case (.identifier, .string(let text)): RotationID(rawValue: text) == nil ? "\(place) is no ID" : nil
        case (.word(let words), .string(let text)): words.contains(text) ? nil : "\(place) is an unknown word"
        case (.list(let shape), .array(let values)):
            values.lazy.compactMap { shape.fault(in: $0, "an element of \(place)") }.first
        case (.map(let shape), .object(let values)):
            values.lazy.compactMap { shape.fault(in: $0.value, "\(place).\($0.key)") }.first
        case (.either(let shapes), _):
            shapes.contains { $0.fault(in: value) == nil } ? nil : "\(place) has the wrong type"
        case (.record(let fields), .object(let values)): Self.fault(in: values, fields, place)
        default: "\(place) has the wrong type"
        }
    }

    private static func fault(
        in values: [String: JSONValue],
        _ fields: [String: Field],
        _ place: String
    ) -> String? {
        if let key = values.keys.first(where: { fields[$0] == nil }) { return "\(place) has a key \(key)" }
        return fields.lazy.compactMap { key, field in
            guard let value = values[key] else { return field.isRequired ? "\(place) has no \(key)" : nil }
            return field.shape.fault(in: value, "\(place).\(key)")
        }
        .first
    }

    /// A value that has the shape, with each key.
    var example: JSONValue {
        switch self {
        case .text: "a"
        case .number: 1
        case .boolean: true
        case .instant: "2026-11-23T11:26:12.123Z"
        case .identifier: "01a2097c-43df-7e8d-b698-110a9a37ccad"
        case .word(let words): .string(words[0])
        case .list(let shape): .array([shape.example])
        case .map(let shape): ["any": shape.example]
        case .object: [:]
        case .either(let shapes): shapes[0].example
        case .record(let fields): .object(fields.mapValues(\.shape.example))
        }
    }

    /// The shape as a JSON Schema.
    var schema: [String: JSONValue] {
        switch self {
        case .text: ["type": "string"]
        case .number: ["type": "integer"]
        case .boolean: ["type": "boolean"]
        case .instant: ["$ref": "#/$defs/instant"]
        case .identifier: ["$ref": "#/$defs/identifier"]
        case .word(let words): ["enum": .array(words.map(JSONValue.string))]
        case .list(let shape): ["type": "array", "items": .object(shape.schema)]
        case .map(let shape): ["type": "object", "additionalProperties": .object(shape.schema)]
        case .object: ["type": "object"]
        case .either(let shapes): ["anyOf": .array(shapes.map { .object($0.schema) })]
        case .record(let fields): Self.schema(fields)
        }
    }

    private static func schema(_ fields: [String: Field]) -> [String: JSONValue] {
        let properties = fields.mapValues { field in
            JSONValue.object(field.shape.schema.merging(["description": .string(field.meaning)]) { $1 })
        }
        return [
            "type": "object",
            "properties": .object(properties),
            "required": .array(fields.filter(\.value.isRequired).keys.sorted().map(JSONValue.string)),
            "additionalProperties": false,
        ]
    }
}
