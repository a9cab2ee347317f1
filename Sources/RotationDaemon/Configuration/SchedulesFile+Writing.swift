import AuditLog
package import RotationEngine
import Yams

extension SchedulesFile {
    /// The keys of an entry, in the order in which people read them.
    private static let keys = [
        "secret", "every", "cron", "timezone", "window", "jitter", "max_age", "min_interval", "catch_up", "group",
        "group_spacing", "generator", "allowed_workspaces", "finish_after", "description", "owner", "policy",
    ]

    /// Writes schedules as a file that ``load(_:_:)`` reads back to the same definitions.
    package static func text(of schedules: [Schedule]) throws -> String {
        guard !schedules.isEmpty else { return "schedules: []\n" }
        var text = "schedules:\n"
        // One tree for all would hold the whole file in memory several times, and one for each costs time.
        for start in stride(from: 0, to: schedules.count, by: 500) {
            let entries = schedules[start..<min(start + 500, schedules.count)].map(entry)
            let tree = Node.sequence(Node.Sequence(entries, .implicit, .block))
            for line in try Yams.serialize(node: tree, width: -1, allowUnicode: true).split(separator: "\n") {
                text += "  \(line)\n"
            }
        }
        return text
    }

    private static func entry(_ schedule: Schedule) -> Node {
        var fields = schedule.definition.fields
        fields["secret"] = .string("\(schedule.secret)")
        let pairs = keys.compactMap { key in fields[key].map { (node(.string(key)), node($0)) } }
        return .mapping(Node.Mapping(pairs, .implicit, .block))
    }

    private static func node(_ value: JSONValue) -> Node {
        switch value {
        case .null: Node("", .implicit, .doubleQuoted)
        case .bool(let bool): Node(bool ? "true" : "false")
        case .integer(let number): Node("\(number)")
        case .string(let text): Node(text, .implicit, isPlain(text) ? .plain : .doubleQuoted)
        case .array(let values): Node(values.map(node), .implicit, .flow)
        case .object(let fields):
            // An empty text, or an empty list, says what its absence says.
            Node(
                fields.filter { $0.value != .string("") && $0.value != .array([]) }.sorted { $0.key < $1.key }.map {
                    (node(.string($0.key)), node($0.value))
                },
                .implicit,
                .flow
            )
        }
    }

    /// Whether a text can stand without quotes: nothing that YAML could take for something else.
    private static func isPlain(_ text: String) -> Bool {
        guard let first = text.first, first.isASCII, first.isLetter || first.isNumber && text.last?.isLetter == true
        else { return false }
        let words = ["true", "false", "yes", "no", "on", "off", "y", "n", "null"]
        return !words.contains(text.lowercased())
            && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "_/-.".contains($0)) }
    }
}
