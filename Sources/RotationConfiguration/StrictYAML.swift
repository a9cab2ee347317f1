import Yams

/// Refuses YAML that not all readers read in the same way.
///
/// Aliases (`*name`) are resolved everywhere. Merge keys (`<<`), tags, and keys that are not texts are refused
/// everywhere.
struct StrictYAML {
    private let diagnostics: Diagnostics
    /// The number of nodes that may still be visited, because aliases of aliases could expand beyond memory.
    private var left: Int

    /// - Parameter size: The text's size in bytes.
    init(size: Int, _ diagnostics: Diagnostics) {
        self.diagnostics = diagnostics
        left = max(1_000_000, size * 4)
    }

    /// Reports the errors of a tree.
    mutating func check(_ root: Node) {
        check(root, key: nil)
        if left < 0 { diagnostics.report("the aliases expand to too many nodes", at: root) }
    }

    /// - Parameter key: The key whose value is, or contains, the node.
    private mutating func check(_ node: Node, key: String?) {
        left -= 1
        guard left >= 0 else { return }
        if hasTag(node) { report("tags (! and !!) are not supported: leave it out", node, key) }
        switch node {
        case .scalar(let scalar): check(scalar, node, key)
        case .sequence(let sequence): for item in sequence { check(item, key: key) }
        case .mapping(let mapping):
            for (name, value) in mapping {
                checkKey(name)
                check(value, key: name.scalar?.string ?? key)
            }
        case .alias: report("an alias leads nowhere", node, key)
        }
    }

    private func check(_ scalar: Node.Scalar, _ node: Node, _ key: String?) {
        guard scalar.isBare, case .refused(let reason) = PlainScalar(scalar.string) else { return }
        report(reason, node, key)
    }

    private mutating func checkKey(_ node: Node) {
        left -= 1
        guard case .scalar(let scalar) = node else {
            return diagnostics.report("a key must be a text", at: node)
        }
        guard scalar.style == .plain else { return }
        if scalar.string == "<<" {
            diagnostics.report("merge keys (<<) are not supported: write the keys out", at: node)
        }
        switch PlainScalar(scalar.string) {
        case .null: diagnostics.report("a key is null: write it in quotes", at: node)
        case .refused(let reason): diagnostics.report("\(scalar.string): as a key, \(reason)", at: node)
        case .value: break
        }
    }

    private func hasTag(_ node: Node) -> Bool {
        let own: Tag.Name
        let tag: Tag
        switch node {
        case .scalar(let scalar): (tag, own) = (scalar.tag, .str)
        case .sequence(let sequence): (tag, own) = (sequence.tag, .seq)
        case .mapping(let mapping): (tag, own) = (mapping.tag, .map)
        case .alias: return false
        }
        return ![Tag.Name.implicit, own].map(\.rawValue).contains(tag.rawValue)
    }

    private func report(_ reason: String, _ node: Node, _ key: String?) {
        diagnostics.report((key.map { "\($0): " } ?? "") + reason, at: node)
    }
}

extension Node.Scalar {
    /// Whether it has neither quotes nor the tag `!!str`, which means the same.
    var isBare: Bool { style == .plain && tag.rawValue == Tag.Name.implicit.rawValue }
}
