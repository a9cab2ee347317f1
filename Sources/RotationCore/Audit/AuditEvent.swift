/// The fields of one kind of audit entry.
///
/// The stored properties are exactly the fields of the entry's `detail`: a property `nextDue` is the key `next_due`, an
/// instant is RFC 3339 text, and a property that is nil is an absent key. The JSON Schema of the log and its page in
/// the documentation are generated from these types and their comments; a test fails if they differ. Fields are only
/// added, and never change their meaning, because written lines stay.
package protocol AuditEvent: Codable, Hashable, Sendable {
    /// The event's name.
    static var name: AuditEventName { get }
    /// The scope of the event's entries.
    static var scope: AuditScope { get }
}

/// The types of the events, one for each ``AuditEventName``.
package enum Audit {
    /// The largest number of IDs in an entry: a line has 65,535 bytes at most.
    static let longestList = 1000
}

/// The scope of an event: which of the keys `hub`, `alias`, `rotation` and `trigger` its entries have.
package struct AuditScope: Hashable, Sendable {
    /// A key of an entry that names its subject.
    package enum Key: String, Hashable, Sendable, CaseIterable {
        case hub, alias, rotation, trigger
    }

    /// The keys that each entry has.
    package var required: Set<Key>
    /// The keys that some entries have.
    package var optional: Set<Key> = []

    /// The daemon or its host as a whole.
    static let daemon = AuditScope(required: [])
    /// One hub.
    static let hub = AuditScope(required: [.hub])
    /// One secret of a hub.
    static let secret = AuditScope(required: [.hub, .alias])
    /// A hub, or one of its secrets.
    static let hubOrSecret = AuditScope(required: [.hub], optional: [.alias])
    /// One rotation of a secret.
    static let rotation = AuditScope(required: [.hub, .alias, .rotation, .trigger])
    /// A secret's next rotation, which is not opened yet.
    static let nextRotation = AuditScope(required: [.hub, .alias, .trigger])
    /// A secret's next rotation, or an open one.
    static let anyRotation = AuditScope(required: [.hub, .alias, .trigger], optional: [.rotation])
    /// A rotation of which only the ID is known.
    static let candidate = AuditScope(required: [.rotation])
}

/// A word of a closed set, which its type lists.
package protocol AuditWord: Codable, Hashable, Sendable, CaseIterable, RawRepresentable where RawValue == String {}

extension Decision: AuditWord {}
extension GeneratorStep: AuditWord {}
extension HandOperation: AuditWord {}
extension HubError.Kind: AuditWord {}
extension Schedule.Reason: AuditWord {}
extension StepFailure.Step: AuditWord {}
