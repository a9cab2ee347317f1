import RotationCore

extension AuditDocumentation {
    /// The page of the documentation that lists the events.
    package var page: String {
        get throws {
            let records = records
            let parts = [Self.introduction] + (try schema.events.map(section)) + (try records.map(section))
            return parts.joined(separator: "\n")
        }
    }

    private static let introduction = """
        # Audit events

        The events of the audit log, and the fields of each.

        ## Overview

        An entry is one line of canonical JSON (RFC 8785). Each one has `actor`, `event`, `host`, `seq`, `time`, `version` and,
        where the kernel tells it, `boot`. What it is about stands in `hub`, `alias`, `rotation` and `trigger`; each event below
        says which of them it has. Its own fields are in `detail`, which is absent where an entry has none. No field holds a
        value, a token, or a text of a hub or a plug-in.

        Instants are RFC 3339 in UTC with milliseconds. A *large* number is a text of digits where it is beyond ±(2^53 − 1).
        Fields are only ever added. `Resources/audit-entry.schema.json` says the same as a JSON Schema (draft 2020-12).

        Both are generated from the types in `Sources/RotationCore/Audit/Events`, and held against them by `AuditSchemaTests`;
        `SECRET_ROTATOR_RECORD=1 swift test --filter AuditSchemaTests` writes them anew.

        """

    private func section(of event: AuditSchema.Event) throws -> String {
        let keys = AuditScope.Key.allCases.compactMap { key in
            if event.scope.required.contains(key) { return "`\(key.rawValue)`" }
            return event.scope.optional.contains(key) ? "`\(key.rawValue)` (some)" : nil
        }
        let about = keys.isEmpty ? "" : " About: \(keys.joined(separator: ", "))."
        let text = "## \(event.name.rawValue)\n\n\(try comments.text(event.type))\(about)\n"
        return event.fields.isEmpty ? text : "\(text)\n\(try table(event.type, event.fields))\n"
    }

    private func section(of record: Record) throws -> String {
        let title = "\(record.key): an object"
        return "## \(title)\n\n\(try comments.text(record.type))\n\n\(try table(record.type, record.fields))\n"
    }

    private func table(_ type: String, _ fields: [FieldShape.Field]) throws -> String {
        let rows = try fields.map { field in
            let presence = field.isRequired ? "" : ", if any"
            return
                "| `\(field.key)` | \(Self.name(of: field.shape))\(presence) | \(try comments.text(type, field.property)) |"
        }
        return "| field | is | meaning |\n| --- | --- | --- |\n" + rows.joined(separator: "\n")
    }

    private static func name(of shape: FieldShape) -> String {
        switch shape {
        case .boolean: "boolean"
        case .integer: "number"
        case .large: "large number"
        case .text: "text"
        case .instant: "instant"
        case .identifier: "ID"
        case .word(let words): words.map { "`\($0)`" }.joined(separator: ", ")
        case .list(let element): "list: \(name(of: element))"
        case .object, .record: "object"
        }
    }

    /// A type that is part of events.
    private struct Record: Hashable {
        var key: String
        var type: String
        var fields: [FieldShape.Field]
    }

    private var records: [Record] {
        let all = schema.events.flatMap(\.fields).compactMap { field -> Record? in
            guard case .record(let type, let fields) = field.shape else { return nil }
            return Record(key: field.key, type: type, fields: fields)
        }
        return Set(all).sorted { $0.key < $1.key }
    }
}
