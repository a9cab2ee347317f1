import RotationCore
import Yams

/// Reads the parameters of a plug-in: any YAML that ``StrictYAML`` accepts.
enum ParameterReader {
    static func json(_ node: Node) -> JSONValue {
        switch node {
        case .scalar(let scalar): return self.scalar(scalar)
        case .sequence(let sequence): return .array(sequence.map(json))
        case .mapping(let mapping):
            var fields: [String: JSONValue] = [:]
            for (name, value) in mapping { fields[name.scalar?.string ?? ""] = json(value) }
            return .object(fields)
        case .alias: return .null
        }
    }

    private static func scalar(_ scalar: Node.Scalar) -> JSONValue {
        guard scalar.isBare else { return .string(scalar.string) }
        switch PlainScalar(scalar.string) {
        case .null: return .null
        case .value(let value): return value
        // Never reached for checked YAML; the text is kept unchanged.
        case .refused: return .string(scalar.string)
        }
    }
}
