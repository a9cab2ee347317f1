import Crypto
import Foundation
package import RotationCore

/// The resources of generators: random source, plug-ins, files and clock.
package struct GeneratorHost: Sendable {
    /// The source of random bits.
    package var random: any RandomSource
    /// The host of plug-ins; without it they fail.
    package var plugIns: PlugInHost?
    /// The host of files, for values from files and for public keys; without it both fail.
    package var files: FileHost?
    /// Unix time in milliseconds, for version 7 UUIDs.
    package var clock: @Sendable () -> Int64

    package init(
        random: any RandomSource,
        plugIns: PlugInHost? = nil,
        files: FileHost? = nil,
        clock: @escaping @Sendable () -> Int64
    ) {
        (self.random, self.plugIns, self.files, self.clock) = (random, plugIns, files, clock)
    }
}

/// A policy of a built-in generator.
package protocol BuiltInPolicy: GeneratorPolicy {
    /// Decodes ``GeneratorPolicy/parameters``.
    ///
    /// - Throws: ``InvalidPolicy`` for parameters that can't be satisfied or are not valid for this type.
    init(_ parameters: PolicyParameters) throws(InvalidPolicy)

    /// The parameters in a schedules file, in reading order.
    static var fileParameters: [GeneratorParameter] { get }

    /// The policy for a type without parameters.
    static func standard() throws(InvalidPolicy) -> Self

    /// Creates the generator.
    func makeGenerator(_ host: GeneratorHost) -> any ValueGenerator
}

/// The built-in generators.
package struct BuiltInGenerators: GeneratorRegistry {
    /// The policies of all types, in the order of the documentation.
    package static let kinds: [any BuiltInPolicy.Type] = [
        PasswordPolicy.self, TokenPolicy.self, UUIDPolicy.self, KeyPairPolicy.self, TOTPSeedPolicy.self,
        TemplatePolicy.self, FilePolicy.self, CommandPolicy.self,
    ]

    /// The types that need no parameters, so that their name alone is a specification.
    package static let plainTypes = kinds.filter { (try? $0.standard()) != nil }.map { $0.type }

    private static let parsed = Memo<Exact<String>, GeneratorSpecification?>()

    package init() {}

    /// The policy of a type; nil if there is none.
    package static func kind(_ name: String) -> (any BuiltInPolicy.Type)? {
        kinds.first { $0.type == name }
    }

    package var types: [String] { Self.kinds.map { $0.type } }

    package func parameters(of type: String) -> [GeneratorParameter] { Self.kind(type)?.fileParameters ?? [] }

    package func standard(_ type: String) throws(InvalidGenerator) -> GeneratorSpecification {
        try Self.policy(type) { kind throws(InvalidPolicy) in try kind.standard() }
    }

    package func specification(
        _ type: String,
        _ given: [String: JSONValue]
    ) throws(InvalidGenerator) -> GeneratorSpecification {
        try Self.policy(type) { kind throws(InvalidPolicy) in
            var fields = given
            for parameter in kind.fileParameters where fields[parameter.name] == nil {
                fields[parameter.name] = parameter.standard
            }
            return try kind.init(PolicyParameters(fields))
        }
    }

    private static func policy(
        _ type: String,
        _ make: (any BuiltInPolicy.Type) throws(InvalidPolicy) -> any BuiltInPolicy
    ) throws(InvalidGenerator) -> GeneratorSpecification {
        do throws(InvalidPolicy) {
            guard let kind = kind(type) else { throw .type(type) }
            return GeneratorSpecification(try make(kind))
        } catch {
            throw InvalidGenerator("\(error)")
        }
    }

    package func specification(json: String) -> GeneratorSpecification? {
        Self.parsed.value(for: Exact(wrappedValue: json)) {
            guard let value = try? JSONDecoder().decode(JSONValue.self, from: Data(json.utf8)),
                case .object(var fields) = value, case .string(let type) = fields.removeValue(forKey: "type"),
                let policy = try? Self.kind(type)?.init(PolicyParameters(fields))
            else { return nil }
            return GeneratorSpecification(policy)
        }
    }
}

extension GeneratorSpecification {
    private static let hashes = Memo<Exact<String>, String>()

    /// The specification of a policy, with its hash.
    package init(_ policy: any GeneratorPolicy) {
        let json = Self.canonicalJSON(of: policy)
        let hash = Self.hashes.value(for: Exact(wrappedValue: json)) {
            SHA256.hash(data: Data(json.utf8)).prefix(16).hexadecimal
        }
        self.init(policy, json: json, policyHash: hash)
    }

    /// Decodes ``json``.
    package init?(json: String) {
        guard let read = BuiltInGenerators().specification(json: json) else { return nil }
        self = read
    }

    package static func password(_ policy: PasswordPolicy) -> Self { Self(policy) }
    package static func token(_ policy: TokenPolicy) -> Self { Self(policy) }
    package static func uuid(_ version: UUIDVersion) -> Self { Self(UUIDPolicy(version: version)) }
    package static func keyPair(_ policy: KeyPairPolicy) -> Self { Self(policy) }
    package static func totpSeed(_ policy: TOTPSeedPolicy) -> Self { Self(policy) }
    package static func template(_ policy: TemplatePolicy) -> Self { Self(policy) }
    package static func file(_ policy: FilePolicy) -> Self { Self(policy) }
    package static func command(_ policy: CommandPolicy) -> Self { Self(policy) }

    /// Creates the generator; for the policy of another program one that always fails.
    ///
    /// - Parameters: See ``GeneratorHost``.
    package func makeGenerator(
        random: any RandomSource,
        plugIns: PlugInHost? = nil,
        files: FileHost? = nil,
        clock: @escaping @Sendable () -> Int64
    ) -> any ValueGenerator {
        let host = GeneratorHost(random: random, plugIns: plugIns, files: files, clock: clock)
        return (policy as? any BuiltInPolicy)?.makeGenerator(host) ?? MissingGenerator()
    }

    /// The first path of this generator that leads to a protected file or folder, also through links; nil if there is
    /// none.
    ///
    /// A generator must not change the daemon's own token, keys or history.
    package func protectedPath(among protected: [String]) -> String? {
        policy.usedPaths.first { PathText.leads($0, toOneOf: protected) }
    }
}

/// The generator for an unknown policy; it always fails.
private struct MissingGenerator: ValueGenerator {
    var steps: Set<GeneratorStep> { [] }

    func generate(_ context: GeneratorContext) async throws(GeneratorError) -> GeneratedValue {
        throw .permanent(reason: "this program has no such generator")
    }

    func perform(_: GeneratorStep, _: GeneratedValue, _: GeneratorContext) async throws(GeneratorError) {
        throw .permanent(reason: "this program has no such generator")
    }
}
