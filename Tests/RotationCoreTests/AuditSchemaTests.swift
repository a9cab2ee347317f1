import RotationCore
import TestSupport
import Testing

/// The documented schema of the audit log is what the types of its events say.
///
/// With `SECRET_ROTATOR_RECORD=1` in the environment it is written anew; read the difference before you commit it.
struct AuditSchemaTests {
    private static func expect(_ text: String, is name: String) throws {
        let changes = try RecordedFile.changes(text, "Sources/RotationCore/Documentation.docc/\(name)")
        #expect(changes == [], "SECRET_ROTATOR_RECORD=1 records it anew")
    }

    @Test func schemaIsTheOneOfTheTypes() throws {
        try Self.expect(AuditDocumentation().json.indentedText + "\n", is: "Resources/audit-entry.schema.json")
    }

    @Test func pageIsTheOneOfTheTypes() throws {
        try Self.expect(AuditDocumentation().page, is: "AuditEvents.md")
    }

    /// What the recorder has seen of a type is what the encoder makes of it.
    @Test func eventWithEachFieldIsAsItsTypeSays() throws {
        let schema = try AuditSchema()
        for event in schema.events {
            #expect(schema.fault(in: Self.entry(event)) == nil, "\(event.name)")
            guard case .object(let detail) = event.example else { throw NeverHappened(description: "an object") }
            #expect(Set(detail.keys) == Set(event.fields.map(\.key)))
        }
        #expect(schema.events.map(\.name) == AuditEventName.allCases)
    }

    @Test func fieldOutsideTheTypeIsFound() throws {
        let schema = try AuditSchema()
        for event in schema.events {
            guard case .object(var detail) = event.example else { continue }
            detail["stray"] = 1
            #expect(schema.fault(in: Self.entry(event, .object(detail))) != nil, "\(event.name)")
            guard let required = event.fields.first(where: \.isRequired) else { continue }
            detail["stray"] = nil
            detail[required.key] = .array([.null])
            #expect(schema.fault(in: Self.entry(event, .object(detail))) != nil, "\(event.name)")
            detail[required.key] = nil
            #expect(schema.fault(in: Self.entry(event, .object(detail))) != nil, "\(event.name)")
        }
    }

    @Test func entryAboutTooMuchOrTooLittleIsFound() throws {
        let schema = try AuditSchema()
        for event in schema.events {
            for key in AuditScope.Key.allCases where !event.scope.optional.contains(key) {
                guard case .object(var entry) = Self.entry(event) else { continue }
                entry[key.rawValue] = entry[key.rawValue] == nil ? "x" : nil
                #expect(schema.fault(in: .object(entry)) != nil, "\(event.name) \(key)")
            }
        }
    }

    /// Python's jsonschema, which we did not write, reads the schema and the entries as we do.
    @Test func schemaSaysTheSameToPython() throws {
        let program = """
            import json, sys
            from jsonschema import Draft202012Validator
            lines = [json.loads(line) for line in sys.stdin]
            Draft202012Validator.check_schema(lines[0])
            validator = Draft202012Validator(lines[0])
            for line in lines[1:]:
                print(validator.is_valid(line))
            """
        let events = try AuditSchema().events
        let right = events.map { Self.line($0, $0.example) }
        let wrong = events.map { event in
            guard case .object(var detail) = event.example else { return "" }
            detail["stray"] = 1
            return Self.line(event, .object(detail))
        }
        let schema = try AuditDocumentation().json.losslessText
        let answers = try Python.run(program, lines: [schema] + right + wrong)
        #expect(answers == right.map { _ in "True" } + wrong.map { _ in "False" })
    }

    /// A whole line of the log.
    private static func line(_ event: AuditSchema.Event, _ detail: JSONValue) -> String {
        guard case .object(var entry) = entry(event, detail) else { return "" }
        if detail == [:] { entry["detail"] = nil }
        if entry["trigger"] != nil { entry["trigger"] = "schedule" }
        let common: [String: JSONValue] = [
            "actor": ["kind": "user", "uid": 0], "host": "h", "seq": 1, "time": "2026-11-23T11:26:12.123Z",
            "version": "1",
        ]
        return JSONValue.object(entry.merging(common) { $1 }).losslessText
    }

    private static func entry(_ event: AuditSchema.Event, _ detail: JSONValue? = nil) -> JSONValue {
        var entry: [String: JSONValue] = ["event": .string(event.name.rawValue), "detail": detail ?? event.example]
        for key in event.scope.required { entry[key.rawValue] = "x" }
        return .object(entry)
    }

    @Test(arguments: [
        ("due", "due"), ("nextDue", "next_due"), ("requestID", "request_id"), ("timeoutMs", "timeout_ms"),
        ("mayHaveBeenDone", "may_have_been_done"),
    ])
    func propertyIsAKeyInSnakeCase(property: String, key: String) {
        #expect(JSONValueEncoder.key(property) == key)
    }
}
