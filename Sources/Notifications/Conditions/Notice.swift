package import RotationCore
package import Scheduling

/// A message to a receiver: all conditions that have begun or ended since the one before.
package struct Notice: Hashable, Sendable {
    /// A condition that has begun or ended.
    package struct Change: Hashable, Sendable {
        package var condition: Condition
        package var isOpen: Bool
    }

    /// The changes, those that have begun first.
    package var changes: [Change]
    /// How many conditions began and ended while messages were held back, and are in none.
    package var passed: Int

    /// How many changes the message lists at most; the others are counted.
    private static let longestList = 50

    /// The message: one JSON object, with keys that stay.
    ///
    /// It never has a value, a token or a text of a remote system.
    ///
    /// - Parameters:
    ///   - receiver: The receiver's name in the configuration.
    ///   - host: The host's name.
    package func json(receiver: String, host: String, now: Instant) -> JSONValue {
        .fields([
            "changes": .array(changes.prefix(Self.longestList).map(\.json)),
            "count": .integer(Int64(changes.count)),
            "host": .string(host),
            "notification": .string(receiver),
            "passed": passed == 0 ? nil : .integer(Int64(passed)),
            "text": .string(text(host: host)),
            "time": .string(now.rfc3339),
            "version": 1,
        ])
    }

    /// The message in one line, for chats.
    private func text(host: String) -> String {
        let first = changes.prefix(3).map { change in
            let end = change.isOpen ? "" : "resolved: "
            return "\(end)\(change.condition.subject) \(change.condition.text)"
        }
        let more = changes.count > first.count ? "; and \(changes.count - first.count) more" : ""
        return "\(host): \(first.joined(separator: "; "))\(more)"
    }
}

extension Notice.Change {
    fileprivate var json: JSONValue {
        .fields([
            "kind": .string(condition.kind.rawValue),
            "problem": .string(condition.problem),
            "since": condition.since.map { .string($0.rfc3339) },
            "state": isOpen ? "open" : "resolved",
            "subject": .string(condition.subject),
            "text": .string(condition.text),
        ])
    }
}
