package import RotationCore

/// What each event of the audit log looks like, taken from the types of the events.
package struct AuditSchema: Sendable {
    /// One event.
    package struct Event: Sendable {
        package var name: AuditEventName
        package var scope: AuditScope
        package var fields: [FieldShape.Field]
        /// The name of its type.
        package var type: String
        /// An event with each field that it may have, as an entry's detail.
        package var example: JSONValue
    }

    /// The events, in the order of their names' cases.
    package let events: [Event]

    package init() throws {
        events = try AuditEventName.allCases.map { try Self.event($0, $0.type) }
    }

    private static func event<T: AuditEvent>(_ name: AuditEventName, _ type: T.Type) throws -> Event {
        let (shape, value) = try FieldRecorder.record(type)
        guard case .record(let typeName, let fields) = shape, T.name == name else {
            throw NeverHappened(description: "\(type) describes \(name.rawValue)")
        }
        let example = try JSONValueEncoder.encode(value)
        return Event(name: name, scope: T.scope, fields: fields, type: typeName, example: example)
    }
}
