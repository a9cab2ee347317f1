package import RotationCore
import Yams

extension SchedulesFile {
    /// The keys of an entry, in the order for people.
    private static let keys = [
        "secret", "every", "cron", "timezone", "window", "jitter", "max_age", "min_interval", "catch_up", "group",
        "group_spacing", "generator", "allowed_workspaces", "finish_after", "description", "owner", "policy",
    ]

    /// Writes schedules as a file that ``load(_:_:)`` reads back to the same definitions.
    package static func text(of schedules: [Schedule]) throws -> String {
        guard !schedules.isEmpty else { return "schedules: []\n" }
        var text = "schedules:\n"
        // A batch of entries for each tree: one tree for all would hold the file in memory several times, one for each
        // entry is slow.
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
        let pairs = keys.compactMap { key in
            fields[key].map { (node(.string(key)), key == "generator" ? generator($0) : node($0)) }
        }
        return .mapping(Node.Mapping(pairs, .implicit, .block))
    }

    /// A generator with its parts, without empty texts and lists, which mean the same as no key.
    private static func generator(_ value: JSONValue) -> Node {
        guard case .object(let fields) = value else { return node(value) }
        let pairs = fields.filter { $0.value != .string("") && $0.value != .array([]) }.sorted { $0.key < $1.key }
        return Node(
            pairs.map { (node(.string($0.key)), $0.key == "parts" ? parts($0.value) : node($0.value)) },
            .implicit,
            .flow
        )
    }

    private static func parts(_ value: JSONValue) -> Node {
        guard case .object(let parts) = value else { return node(value) }
        let pairs = parts.sorted { $0.key < $1.key }.map { (node(.string($0.key)), generator($0.value)) }
        return Node(pairs, .implicit, .flow)
    }

    private static func node(_ value: JSONValue) -> Node {
        switch value {
        case .null: Node("null")
        case .bool(let bool): Node(bool ? "true" : "false")
        case .integer(let number): Node("\(number)")
        case .number: Node(value.canonicalText)
        case .string(let text): Node(text, .implicit, isPlain(text) ? .plain : .doubleQuoted)
        case .array(let values): Node(values.map(node), .implicit, .flow)
        case .object(let fields):
            Node(
                fields.sorted { $0.key < $1.key }.map { (node(.string($0.key)), node($0.value)) },
                .implicit,
                .flow
            )
        }
    }

    /// Whether a text needs no quotes, because YAML can't read it as another type.
    private static func isPlain(_ text: String) -> Bool {
        guard let first = text.unicodeScalars.first, first.isASCII,
            first.properties.isAlphabetic || first.properties.numericType != nil,
            text.utf8.allSatisfy({ isPlain($0) })
        else { return false }
        return PlainScalar(text) == .value(.string(text))
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "_"), UInt8(ascii: "/"), UInt8(ascii: "-"),
            UInt8(ascii: "."):
            true
        default: false
        }
    }
}
