import AuditLog
import Yams

/// Reads what a plug-in is told: any YAML but numbers with fractions, which canonical JSON does not have here.
enum ParameterReader {
    static func json(_ node: Node, _ key: String, _ entry: inout MappingReader) -> JSONValue {
        switch node {
        case .scalar(let scalar): return self.scalar(scalar, node, key, &entry)
        case .sequence(let sequence): return .array(sequence.map { json($0, key, &entry) })
        case .mapping(let mapping):
            var fields: [String: JSONValue] = [:]
            for (name, value) in mapping { fields[name.scalar?.string ?? ""] = json(value, key, &entry) }
            return .object(fields)
        case .alias: return .null
        }
    }

    private static func scalar(
        _ scalar: Node.Scalar,
        _ node: Node,
        _ key: String,
        _ entry: inout MappingReader
    ) -> JSONValue {
        if node.tag == Tag(.int), let number = node.int { return .integer(Int64(number)) }
        if node.tag == Tag(.bool), let bool = node.bool { return .bool(bool) }
        if node.tag == Tag(.null) { return .null }
        if node.tag == Tag(.float) { entry.report("\(scalar.string): write it in quotes, as a text", key: key) }
        return .string(scalar.string)
    }
}
