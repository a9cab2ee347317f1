/// The generator of a schedule with its parameters: the content of `generator:`.
///
/// Two are equal if their canonical JSON has the same bytes.
package struct GeneratorSpecification: Sendable {
    /// The parameters.
    package let policy: any GeneratorPolicy
    /// The specification as canonical JSON: the same specification has the same text.
    package let json: String
    /// The first 16 bytes of the SHA-256 of ``json``, in hexadecimal: identifies the policy in the history.
    package let policyHash: String

    /// - Parameters:
    ///   - json: As ``canonicalJSON(of:)`` writes it.
    ///   - policyHash: Carried along, as nothing here computes hashes.
    package init(_ policy: any GeneratorPolicy, json: String, policyHash: String) {
        (self.policy, self.json, self.policyHash) = (policy, json, policyHash)
    }

    /// The canonical JSON of a policy.
    package static func canonicalJSON(of policy: any GeneratorPolicy) -> String {
        fields(of: policy).losslessText
    }

    private static func fields(of policy: any GeneratorPolicy) -> JSONValue {
        var fields = policy.parameters
        fields["type"] = .string(Swift.type(of: policy).type)
        return .object(fields)
    }

    /// The generator's type, as in `type:`.
    package var type: String { Swift.type(of: policy).type }
    /// See ``GeneratorPolicy/entropy``.
    package var entropy: Double? { policy.entropy }
    /// See ``GeneratorPolicy/steps``.
    package var steps: Set<GeneratorStep> { policy.steps }
    /// See ``GeneratorPolicy/isWatched``.
    package var isWatched: Bool { policy.isWatched }
    /// See ``GeneratorPolicy/filePaths``.
    package var filePaths: [String] { policy.filePaths }
    /// See ``GeneratorPolicy/publicFile``.
    package var publicFile: String? { policy.publicFile }
    /// See ``GeneratorPolicy/plugIn``.
    package var plugIn: PlugInCall? { policy.plugIn }

    /// The specification as a JSON value: the keys of the schedule file.
    package var fields: JSONValue { Self.fields(of: policy) }
}

extension GeneratorSpecification: Hashable {
    package static func == (left: Self, right: Self) -> Bool { left.json.isExactly(right.json) }

    package func hash(into hasher: inout Hasher) { json.hashExactly(into: &hasher) }
}

extension GeneratorSpecification: ExactlyComparable {
    package func isExactly(_ other: GeneratorSpecification) -> Bool { self == other }
    package func hashExactly(into hasher: inout Hasher) { hash(into: &hasher) }
}

/// In JSON it is what stands under `generator:`; who reads it names the registry in `userInfo`.
extension GeneratorSpecification: Codable {
    package func encode(to encoder: any Encoder) throws {
        try fields.encode(to: encoder)
    }

    package init(from decoder: any Decoder) throws {
        let json = try JSONValue(from: decoder).losslessText
        let registry = CodingUserInfoKey.generatorRegistry.flatMap { decoder.userInfo[$0] } as? any GeneratorRegistry
        guard let specification = registry?.specification(json: json) else {
            let context = DecodingError.Context(codingPath: decoder.codingPath, debugDescription: "no such generator")
            throw DecodingError.dataCorrupted(context)
        }
        self = specification
    }
}

extension CodingUserInfoKey {
    /// The ``GeneratorRegistry`` by which specifications are decoded.
    package static let generatorRegistry = CodingUserInfoKey(rawValue: "generatorRegistry")
}
