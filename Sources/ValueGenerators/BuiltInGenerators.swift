import Crypto
import Foundation
package import RotationCore

/// What generators need of the process: its random source, and where plug-ins and files are.
package struct GeneratorHost: Sendable {
    /// Where random bits come from.
    package var random: any RandomSource
    /// How plug-ins are run; without it they fail.
    package var plugIns: PlugInHost?
    /// Where other tools' files may be read, and public keys written; without it they are not.
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

/// A policy of one of this program's generators.
package protocol BuiltInPolicy: GeneratorPolicy {
    /// Reads what ``GeneratorPolicy/parameters`` wrote.
    ///
    /// - Throws: ``InvalidPolicy`` for what can't be satisfied, or is no parameter of this kind.
    init(_ parameters: PolicyParameters) throws(InvalidPolicy)

    /// The parameters that a file may give, in the order in which they are read.
    static var fileParameters: [GeneratorParameter] { get }

    /// What can be had where nothing but the name of the kind is given.
    static func standard() throws(InvalidPolicy) -> Self

    /// The generator itself.
    func makeGenerator(_ host: GeneratorHost) -> any ValueGenerator
}

/// The kinds of generators that this program has.
package struct BuiltInGenerators: GeneratorRegistry {
    /// All kinds, in the order of the documentation.
    package static let kinds: [any BuiltInPolicy.Type] = [
        PasswordPolicy.self, TokenPolicy.self, UUIDPolicy.self, KeyPairPolicy.self, TOTPSeedPolicy.self,
        TemplatePolicy.self, FilePolicy.self, CommandPolicy.self,
    ]

    private static let parsed = Memo<Exact<String>, GeneratorSpecification?>()

    package init() {}

    /// The kind of a name; nil where there is none.
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
            SHA256.hash(data: Data(json.utf8)).prefix(16).map { byte in
                let digits = String(byte, radix: 16)
                return digits.count == 1 ? "0" + digits : digits
            }.joined()
        }
        self.init(policy, json: json, policyHash: hash)
    }

    /// Reads what ``json`` wrote.
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

    /// The generator itself; one that always fails for a policy that is not this program's.
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

    /// A path that this generator is told to use and that is among what must stay as it is, by whatever name; nil for none.
    ///
    /// A generator that changes the daemon's own token, keys or history would lock it out.
    package func protectedPath(among protected: [String]) -> String? {
        policy.usedPaths.first { PathText.leads($0, toOneOf: protected) }
    }
}

/// Stands for a generator that this program does not have.
private struct MissingGenerator: ValueGenerator {
    var steps: Set<GeneratorStep> { [] }

    func generate(_ context: GeneratorContext) async throws(GeneratorError) -> GeneratedValue {
        throw .permanent(reason: "this program has no such generator")
    }

    func perform(_: GeneratorStep, _: GeneratedValue, _: GeneratorContext) async throws(GeneratorError) {
        throw .permanent(reason: "this program has no such generator")
    }
}
