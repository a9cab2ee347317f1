package import RotationCore

extension AuditDocumentation {
    /// The JSON Schema of an entry, draft 2020-12.
    package var json: JSONValue {
        get throws {
            var definitions: [String: JSONValue] = Self.definitions
            for event in schema.events { definitions[event.name.rawValue] = try definition(of: event) }
            return [
                "$schema": "https://json-schema.org/draft/2020-12/schema",
                "title": "An entry of secret-rotator's audit log",
                "description": """
                One line of the log. Each event has its own fields; fields may be added in later versions, and none \
                changes its meaning. Generated from the types of the events.
                """,
                "type": "object",
                "properties": .object(Self.properties),
                "required": ["actor", "event", "host", "seq", "time", "version"],
                "additionalProperties": false,
                "oneOf": .array(schema.events.map { ["$ref": .string("#/$defs/\($0.name.rawValue)")] }),
                "$defs": .object(definitions),
            ]
        }
    }

    private static let properties: [String: JSONValue] = [
        "actor": ["$ref": "#/$defs/actor", "description": "Who made it happen."],
        "alias": ["type": "string", "description": "The secret's alias in the hub."],
        "boot": ["type": "string", "description": "The kernel's boot ID."],
        "detail": ["type": "object", "minProperties": 1, "description": "The fields of the event."],
        "event": ["type": "string", "description": "What happened."],
        "host": ["type": "string", "description": "The host's name."],
        "hub": ["type": "string", "description": "The hub's name in the configuration."],
        "rotation": ["type": "string", "description": "The rotation's ID."],
        "seq": ["type": "integer", "minimum": 1, "description": "The entry's number, from 1 and without gaps."],
        "time": ["$ref": "#/$defs/instant", "description": "When, by the host's clock."],
        "trigger": [
            "enum": .array(Trigger.allCases.map { .string($0.rawValue) }),
            "description": "Why the rotation was opened, or goes on.",
        ],
        "version": ["type": "string", "description": "The version of secret-rotator."],
    ]

    private static let definitions: [String: JSONValue] = [
        "actor": [
            "oneOf": [
                [
                    "type": "object",
                    "properties": ["kind": ["enum": ["daemon", "signal"]]],
                    "required": ["kind"],
                    "additionalProperties": false,
                ],
                [
                    "type": "object",
                    "properties": [
                        "kind": ["const": "user"], "name": ["type": "string"],
                        "uid": ["type": "integer", "minimum": 0],
                    ],
                    "required": ["kind", "uid"],
                    "additionalProperties": false,
                ],
            ]
        ],
        "identifier": ["type": "string", "pattern": "^[0-9a-f-]{36}$"],
        "instant": [
            "type": "string", "format": "date-time",
            "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z$",
        ],
        // RFC 8785, section 3.2.2.3.
        "large": ["anyOf": [["type": "integer"], ["type": "string", "pattern": "^-?[0-9]+$"]]],
    ]

    private func definition(of event: AuditSchema.Event) throws -> JSONValue {
        var properties: [String: JSONValue] = ["event": ["const": .string(event.name.rawValue)]]
        for key in AuditScope.Key.allCases where !event.scope.required.union(event.scope.optional).contains(key) {
            properties[key.rawValue] = false
        }
        properties["detail"] = event.fields.isEmpty ? false : try object(event.type, event.fields)
        var required = event.scope.required.map(\.rawValue)
        if event.fields.contains(where: \.isRequired) { required.append("detail") }
        return .fields([
            "description": .string(try comments.text(event.type)),
            "properties": .object(properties),
            "required": required.isEmpty ? nil : .array(required.sorted().map(JSONValue.string)),
        ])
    }

    private func object(_ type: String, _ fields: [FieldShape.Field]) throws -> JSONValue {
        var properties: [String: JSONValue] = [:]
        for field in fields {
            var schema = try schema(of: field.shape)
            schema["description"] = .string(try comments.text(type, field.property))
            properties[field.key] = .object(schema)
        }
        let required = fields.filter(\.isRequired).map(\.key).sorted()
        return .fields([
            "type": "object",
            "properties": .object(properties),
            "required": required.isEmpty ? nil : .array(required.map(JSONValue.string)),
            "additionalProperties": false,
        ])
    }

    private func schema(of shape: FieldShape) throws -> [String: JSONValue] {
        switch shape {
        case .boolean: ["type": "boolean"]
        case .integer: ["type": "integer"]
        case .large: ["$ref": "#/$defs/large"]
        case .text: ["type": "string"]
        case .instant: ["$ref": "#/$defs/instant"]
        case .identifier: ["$ref": "#/$defs/identifier"]
        case .word(let words): ["enum": .array(words.map(JSONValue.string))]
        case .list(let element): ["type": "array", "items": .object(try schema(of: element))]
        case .object: ["type": "object"]
        case .record(let type, let fields):
            if case .object(let schema) = try object(type, fields) { schema } else { [:] }
        }
    }
}

extension JSONValue {
    /// The value as people read it: indented, keys sorted.
    package var indentedText: String { indented(by: "") }

    private func indented(by indent: String) -> String {
        let inner = indent + "  "
        let parts: [String]
        switch self {
        case .object(let fields) where !fields.isEmpty:
            parts = fields.sorted { $0.key < $1.key }.map {
                "\(JSONValue.string($0.key).canonicalText): \($0.value.indented(by: inner))"
            }
            return "{\n" + parts.map { inner + $0 }.joined(separator: ",\n") + "\n\(indent)}"
        case .array(let values) where values.contains { $0.isStructured }:
            parts = values.map { $0.indented(by: inner) }
            return "[\n" + parts.map { inner + $0 }.joined(separator: ",\n") + "\n\(indent)]"
        case .array(let values): return "[" + values.map(\.canonicalText).joined(separator: ", ") + "]"
        default: return canonicalText
        }
    }

    private var isStructured: Bool {
        switch self {
        case .object, .array: true
        default: false
        }
    }
}
