package import RotationCore
package import Yams

/// Reads `generator:` with the types and parameters of a registry.
package struct GeneratorReader {
    private let registry: any GeneratorRegistry

    package init(_ registry: any GeneratorRegistry) {
        self.registry = registry
    }

    /// Reads the generator of an entry; nil if there is none.
    func specification(of entry: inout MappingReader) -> GeneratorSpecification? {
        guard let node = entry.value("generator") else { return nil }
        return specification(node, in: &entry)
    }

    /// Reads a generator: the name of a type, or a mapping with `type`.
    package func specification(_ node: Node, in entry: inout MappingReader) -> GeneratorSpecification? {
        do throws(InvalidGenerator) {
            if case .scalar(let scalar) = node { return try registry.standard(scalar.string) }
            var mapping = entry.reader(of: node, name: "generator", at: "generator")
            mapping.require("type", example: "type: password")
            guard let type = mapping.choice("type", among: registry.types) else { return nil }
            defer { mapping.finish() }
            guard let given = parameters(of: type, &mapping) else { return nil }
            return try registry.specification(type, given)
        } catch {
            entry.report("\(error)", key: "generator")
            return nil
        }
    }

    /// Reads the parameters of a type; nil if a required one is missing.
    private func parameters(of type: String, _ mapping: inout MappingReader) -> [String: JSONValue]? {
        let parameters = registry.parameters(of: type)
        for parameter in parameters {
            if let example = parameter.example { mapping.require(parameter.name, example: example) }
        }
        var given: [String: JSONValue] = [:]
        for parameter in parameters { given[parameter.name] = value(of: parameter, &mapping) }
        return parameters.contains { $0.example != nil && given[$0.name] == nil } ? nil : given
    }

    private func value(of parameter: GeneratorParameter, _ mapping: inout MappingReader) -> JSONValue? {
        let key = parameter.name
        switch parameter.form {
        case .integer(let range): return mapping.integer(key, in: range).map { .integer(Int64($0)) }
        case .text: return mapping.text(key).map { .string($0) }
        case .flag: return mapping.bool(key).map { .bool($0) }
        case .path: return mapping.path(key).map { .string($0) }
        case .duration(let range): return mapping.duration(key, in: range).map { .string(SecondsText.format($0)) }
        case .word(let words): return mapping.choice(key, among: words).map { .string($0) }
        case .scalar(let expected, let read): return mapping.scalar(key, expected: expected, convert: read)
        case .scalars(let expected, let read):
            return mapping.scalars(key, expected: expected, convert: read).map { .array($0) }
        case .texts: return mapping.texts(key).map { .array($0.map { .string($0) }) }
        case .counts(let names, let range): return counts(key, of: names, in: range, &mapping)
        case .fields(let example): return fields(key, example: example, &mapping)
        case .generators(let example): return generators(key, example: example, &mapping)
        }
    }

    /// Reads numbers by name; an invalid one counts as 0, so that the error is reported only once.
    private func counts(
        _ key: String,
        of names: [String],
        in range: ClosedRange<Int>,
        _ mapping: inout MappingReader
    ) -> JSONValue? {
        guard var counts = mapping.mapping(key) else { return nil }
        var values: [String: JSONValue] = [:]
        for name in names where counts.value(name) != nil {
            values[name] = .integer(Int64(counts.integer(name, in: range) ?? 0))
        }
        counts.finish()
        return .object(values)
    }

    private func fields(_ key: String, example: String, _ mapping: inout MappingReader) -> JSONValue? {
        guard let value = mapping.value(key).map(ParameterReader.json) else { return nil }
        if case .object = value { return value }
        mapping.report("expected a mapping, such as \(example)", key: key)
        return nil
    }

    private func generators(_ key: String, example: String, _ mapping: inout MappingReader) -> JSONValue? {
        guard let value = mapping.value(key) else { return nil }
        guard case .mapping(let nodes) = value else {
            mapping.report("expected a mapping, such as \(example)", key: key)
            return nil
        }
        var parts: [String: JSONValue] = [:]
        for (key, node) in nodes {
            guard let name = key.scalar?.string, let part = specification(node, in: &mapping) else { continue }
            parts[name] = part.fields
        }
        return .object(parts)
    }
}
