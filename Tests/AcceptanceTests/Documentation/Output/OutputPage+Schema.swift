import Foundation
import RotationCore
import TestSupport
import Testing

extension OutputPage {
    /// The JSON Schema of all lines, draft 2020-12, with a definition for each section.
    var schema: JSONValue {
        var definitions: [String: JSONValue] = [
            "identifier": ["type": "string", "pattern": "^[0-9a-f-]{36}$"],
            "instant": [
                "type": "string", "format": "date-time",
                "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z$",
            ],
        ]
        for section in sections { definitions[section.heading] = .object(section.shape.schema) }
        let references = sections.map { JSONValue.object(["$ref": .string(Self.reference(to: $0.heading))]) }
        return [
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": "A line that a command of secret-rotator prints with --json",
            "description": """
            One line of one command. Keys may be added in later versions, and none changes its meaning. Generated from \
            the page JSONOutput of the documentation.
            """,
            "anyOf": .array(references),
            "$defs": .object(definitions),
        ]
    }

    /// A reference to a section's definition: a JSON Pointer in a URI fragment.
    static func reference(to heading: String) -> String {
        "#/$defs/" + heading.replacing(" ", with: "%20")
    }

    /// Records an issue for the first line of an output that is not as the page says.
    static func check(_ arguments: [String], _ output: String) {
        guard !output.isEmpty else { return }
        do {
            guard let sections = try shared.get().printed(by: arguments) else { return }
            for line in output.split(separator: "\n").prefix(1000) {
                let value = try JSONDecoder().decode(JSONValue.self, from: Data(line.utf8))
                let faults = sections.map { $0.shape.fault(in: value) }
                guard !faults.contains(nil) else { continue }
                Issue.record("\(sections[0].heading): \(faults.compactMap(\.self)): \(line)")
                return
            }
        } catch {
            Issue.record("\(arguments): \(error)")
        }
    }
}
