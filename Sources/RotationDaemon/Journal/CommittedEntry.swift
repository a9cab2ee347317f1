import Foundation
package import RotationCore

/// The members of an entry's line, for those who tell about it: journal, stream, notifications.
package struct CommittedEntry: Decodable, Hashable, Sendable {
    package var seq: Int64
    package var time: String
    package var event: String
    package var host: String
    package var hub: String?
    package var alias: String?
    package var rotation: String?
    package var trigger: String?
    package var actor: Actor
    package var detail: [String: JSONValue]?

    /// The actor of an entry.
    package struct Actor: Decodable, Hashable, Sendable {
        package var kind: String
        package var name: String?
        package var uid: Int64?

        /// One word: the user's name or uid, or the kind of actor.
        package var word: String { name ?? uid.map { "\($0)" } ?? kind }
    }

    /// Reads a line of the history; nil for what is none.
    package init?(line: String) {
        guard let entry = try? JSONDecoder().decode(CommittedEntry.self, from: Data(line.utf8)) else { return nil }
        self = entry
    }

    /// The event's name; nil for one of a newer version.
    package var name: AuditEventName? { AuditEventName(rawValue: event) }

    /// The whole name of the secret: `hub/alias`.
    package var secret: String? {
        guard let hub, let alias else { return nil }
        return "\(hub)/\(alias)"
    }

    /// A field of the event that is a number or a short text.
    package func field(_ key: String) -> String? { detail?[key].flatMap(Self.text) }

    /// All such fields, sorted by their names.
    package var fields: [(key: String, value: String)] {
        (detail ?? [:]).compactMap { key, value in Self.text(value).map { (key: key, value: $0) } }.sorted {
            $0.key < $1.key
        }
    }

    /// The longest text that is shown; `audit show` has all of it.
    private static let longestText = 200

    private static func text(_ value: JSONValue) -> String? {
        switch value {
        case .bool(let value): "\(value)"
        case .integer(let value): "\(value)"
        case .number(let value): "\(value)"
        case .string(let value): value.utf8.count <= longestText ? value : nil
        case .null, .array, .object: nil
        }
    }
}
