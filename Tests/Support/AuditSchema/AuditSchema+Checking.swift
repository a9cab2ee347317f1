import Foundation
package import RotationCore
import SQLite
import Scheduling

extension AuditSchema {
    /// Tests each line of a database's audit log; one that a test has damaged has none.
    ///
    /// - Throws: `NeverHappened` for the first line that is not as its event's type says.
    package static func check(_ database: String) throws {
        guard FileManager.default.fileExists(atPath: database), let lines = try? lines(database) else { return }
        let schema = try AuditSchema()
        for line in lines {
            let fault = try schema.fault(in: JSONDecoder().decode(JSONValue.self, from: Data(line.utf8)))
            if let fault { throw NeverHappened(description: "an entry as its type says: \(fault): \(line)") }
        }
    }

    private static func lines(_ database: String) throws -> [String] {
        let connection = try Connection(path: database, mode: .readOnly)
        defer { connection.close() }
        return try connection.all("SELECT line FROM audit_log ORDER BY seq") { row throws(SQLiteError) in
            try row.get(0)
        }
    }

    /// What is wrong with an entry; nil for nothing.
    package func fault(in entry: JSONValue) -> String? {
        guard case .object(var entry) = entry, case .string(let name)? = entry["event"],
            let event = events.first(where: { $0.name.rawValue == name })
        else { return "no event of the log" }
        let about = Set(AuditScope.Key.allCases.filter { entry[$0.rawValue] != nil })
        let detail = entry.removeValue(forKey: "detail") ?? [:]
        guard event.scope.required.isSubset(of: about) else { return "misses what it is about" }
        guard event.scope.required.union(event.scope.optional).isSuperset(of: about) else { return "about too much" }
        return Self.fault(in: detail, .record(event.type, event.fields), "detail")
    }

    private static func fault(in value: JSONValue, _ shape: FieldShape, _ place: String) -> String? {
        switch (shape, value) {
        case (.boolean, .bool), (.integer, .integer), (.large, .integer), (.text, .string), (.object, .object): nil
        case (.large, .string(let text)): Int64(text) == nil ? "\(place) is no number" : nil
        case (.instant, .string(let text)):
            Instant(rfc3339: text).map { $0.rfc3339 == text } == true ? nil : "\(place) is no instant"
        case (.identifier, .string(let text)): RotationID(rawValue: text) == nil ? "\(place) is no ID" : nil
        case (.word(let words), .string(let text)): words.contains(text) ? nil : "\(place) is an unknown word"
        case (.list(let shape), .array(let values)):
            values.lazy.compactMap { fault(in: $0, shape, "an element of \(place)") }.first
        case (.record(_, let fields), .object(let values)): fault(in: values, fields, place)
        default: "\(place) has the wrong type"
        }
    }

    private static func fault(
        in values: [String: JSONValue],
        _ fields: [FieldShape.Field],
        _ place: String
    ) -> String? {
        if let key = values.keys.first(where: { key in !fields.contains { $0.key == key } }) {
            return "\(place) has a field \(key)"
        }
        return fields.lazy.compactMap { field in
            guard let value = values[field.key] else { return field.isRequired ? "\(place) has no \(field.key)" : nil }
            return fault(in: value, field.shape, "\(place).\(field.key)")
        }
        .first
    }
}
