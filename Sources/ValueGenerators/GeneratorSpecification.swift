import AuditLog
import Crypto
import Foundation

/// Which generator a schedule uses, and how: what stands under `generator:`.
///
/// Two are equal where each text in them has the same bytes.
package enum GeneratorSpecification: Hashable, Sendable {
    case password(PasswordPolicy)
    case token(TokenPolicy)
    case uuid(UUIDVersion)
    case keyPair(KeyPairPolicy)
    case totpSeed(TOTPSeedPolicy)
    case template(TemplatePolicy)
    case file(FilePolicy)
    case command(CommandPolicy)

    /// The name of the generator, as `type:` has it.
    package var type: String {
        switch self {
        case .password: "password"
        case .token: "token"
        case .uuid: "uuid"
        case .keyPair: "key_pair"
        case .totpSeed: "totp_seed"
        case .template: "template"
        case .file: "file"
        case .command: "command"
        }
    }

    /// How hard a value is to guess, in bits; nil where only somebody else knows.
    package var entropy: Double? {
        switch self {
        case .password(let policy): policy.entropy
        case .token(let policy): Double(policy.bytes * 8)
        case .uuid(.v4): 122
        case .uuid(.v7): 74
        case .keyPair(let policy): policy.strength
        case .totpSeed(let policy): Double(policy.bytes * 8)
        case .template(let policy): policy.entropy
        case .file, .command: nil
        }
    }

    /// Whether somebody else makes its values: a rotation is due when there is another one, not at slots.
    package var isWatched: Bool { if case .file = self { true } else { false } }

    /// The files that it reads, which other tools write.
    package var filePaths: [String] { if case .file(let policy) = self { policy.allPaths } else { [] } }

    /// The file that it writes the public half of a key to.
    package var publicFile: String? { if case .keyPair(let policy) = self { policy.publicFile } else { nil } }

    /// The steps, beyond making a value, that its generator takes part in.
    package var steps: Set<GeneratorStep> {
        switch self {
        case .password, .token, .uuid, .totpSeed, .template, .file: []
        case .keyPair(let policy): policy.publicFile == nil ? [] : [.install, .withdraw]
        case .command: Set(GeneratorStep.allCases)
        }
    }

    /// The generator itself.
    ///
    /// - Parameters:
    ///   - random: Where its random bits come from.
    ///   - plugIns: How plug-ins are run; without it they fail.
    ///   - files: Where other tools' files may be read, and public keys written; without it they are not.
    ///   - clock: Unix time in milliseconds, for version 7 UUIDs.
    package func makeGenerator(
        random: any RandomSource,
        plugIns: PlugInHost? = nil,
        files: FileHost? = nil,
        clock: @escaping @Sendable () -> Int64
    ) -> any ValueGenerator {
        switch self {
        case .password(let policy): PasswordGenerator(policy: policy, random: random)
        case .token(let policy): TokenGenerator(policy: policy, random: random)
        case .uuid(let version): UUIDGenerator(version: version, random: random, clock: clock)
        case .keyPair(let policy): KeyPairGenerator(policy: policy, host: files)
        case .totpSeed(let policy): TOTPSeedGenerator(policy: policy, random: random)
        case .template(let policy): TemplateGenerator(policy: policy, random: random, clock: clock)
        case .file(let policy): FileGenerator(policy: policy, host: files, clock: clock)
        case .command(let policy): CommandGenerator(policy: policy, host: plugIns)
        }
    }
}

extension GeneratorSpecification {
    /// A path that this generator is told to use and that is among what must stay as it is, by whatever name; nil for none.
    ///
    /// A generator that changes the daemon's own token, keys or history would lock it out.
    package func protectedPath(among protected: [String]) -> String? {
        let paths: [String] =
            switch self {
            case .keyPair(let policy): [policy.publicFile].compactMap { $0 }
            case .command(let policy): policy.parameters.values.flatMap(Self.texts).filter { $0.hasPrefix("/") }
            case .file: filePaths
            case .password, .token, .uuid, .totpSeed, .template: []
            }
        return paths.first { PathText.leads($0, toOneOf: protected) }
    }

    private static func texts(_ value: JSONValue) -> [String] {
        switch value {
        case .string(let text): [text]
        case .array(let values): values.flatMap(texts)
        case .object(let fields): fields.values.flatMap(texts)
        case .null, .bool, .integer, .number: []
        }
    }
}

extension GeneratorSpecification: ExactlyComparable {
    package func isExactly(_ other: GeneratorSpecification) -> Bool { self == other }
    package func hashExactly(into hasher: inout Hasher) { hash(into: &hasher) }
}

// MARK: As text

extension GeneratorSpecification {
    private static let texts = Memo<GeneratorSpecification, (json: String, hash: String)>()
    private static let parsed = Memo<Exact<String>, GeneratorSpecification?>()

    /// The specification as JSON with sorted keys: the same specification has the same text.
    package var json: String { text.json }

    /// The first 16 bytes of the SHA-256 of ``json``, in hexadecimal: names the policy in the history.
    package var policyHash: String { text.hash }

    private var text: (json: String, hash: String) {
        Self.texts.value(for: self) {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            let data = (try? encoder.encode(self)) ?? Data("{}".utf8)
            let hash = SHA256.hash(data: data).prefix(16).map { byte in
                let digits = String(byte, radix: 16)
                return digits.count == 1 ? "0" + digits : digits
            }
            return (String(decoding: data, as: UTF8.self), hash.joined())
        }
    }

    /// Reads what ``json`` wrote.
    package init?(json: String) {
        let value = Self.parsed.value(for: Exact(wrappedValue: json)) {
            try? JSONDecoder().decode(Self.self, from: Data(json.utf8))
        }
        guard let value else { return nil }
        self = value
    }
}

extension GeneratorSpecification: Codable {
    private enum CodingKeys: String, CodingKey {
        case type, length, classes, exclude, symbols, bytes, encoding, version, command, parameters, environment,
            timeout, algorithm, template, format, parts, allowed, path, expect, matches
        case isWithoutRuns = "no_runs"
        case publicFile = "public_file"
        case validFor = "valid_for"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(type, forKey: .type)
        switch self {
        case .password(let policy):
            try container.encode(policy.length, forKey: .length)
            let minima = policy.minima.map { ($0.key.rawValue, $0.value) }
            try container.encode(Dictionary(uniqueKeysWithValues: minima), forKey: .classes)
            try container.encode(policy.excluded, forKey: .exclude)
            try container.encode(policy.symbols, forKey: .symbols)
            // Absent where it says nothing: a policy's hash must not change with the program.
            try container.encodeIfPresent(policy.allowed, forKey: .allowed)
            if policy.isWithoutRuns { try container.encode(true, forKey: .isWithoutRuns) }
        case .token(let policy):
            try container.encode(policy.bytes, forKey: .bytes)
            try container.encode(policy.encoding.rawValue, forKey: .encoding)
        case .uuid(let version):
            try container.encode(version.rawValue, forKey: .version)
        case .keyPair(let policy):
            try container.encode(policy.algorithm.rawValue, forKey: .algorithm)
            try container.encodeIfPresent(policy.publicFile, forKey: .publicFile)
        case .totpSeed(let policy):
            try container.encode(policy.bytes, forKey: .bytes)
        case .template(let policy):
            try container.encode(policy.template, forKey: .template)
            try container.encode(policy.format.rawValue, forKey: .format)
            try container.encode(policy.parts, forKey: .parts)
        case .file(let policy):
            try container.encode(policy.paths, forKey: .path)
            try container.encode(policy.expected.map(\.rawValue).sorted(), forKey: .expect)
            try container.encodeIfPresent(policy.matches, forKey: .matches)
            try container.encode(SecondsText.format(policy.validFor), forKey: .validFor)
        case .command(let policy):
            try container.encode(policy.command, forKey: .command)
            try container.encode(policy.parameters, forKey: .parameters)
            try container.encode(policy.environment, forKey: .environment)
            try container.encode(SecondsText.format(policy.timeout), forKey: .timeout)
        }
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let type = try container.decode(String.self, forKey: .type)
        switch type {
        case "password":
            let minima = try container.decode([String: Int].self, forKey: .classes)
            self = .password(
                try PasswordPolicy(
                    length: container.decode(Int.self, forKey: .length),
                    minima: Self.classes(minima),
                    excluded: container.decode(String.self, forKey: .exclude),
                    symbols: container.decode(String.self, forKey: .symbols),
                    allowed: container.decodeIfPresent(String.self, forKey: .allowed),
                    isWithoutRuns: container.decodeIfPresent(Bool.self, forKey: .isWithoutRuns) ?? false
                )
            )
        case "token":
            let name = try container.decode(String.self, forKey: .encoding)
            let encoding = try TokenPolicy.Encoding(rawValue: name) ?? { throw InvalidPolicy.type(name) }()
            self = .token(try TokenPolicy(bytes: container.decode(Int.self, forKey: .bytes), encoding: encoding))
        case "uuid":
            let number = try container.decode(Int.self, forKey: .version)
            self = .uuid(try UUIDVersion(rawValue: number) ?? { throw InvalidPolicy.type("uuid \(number)") }())
        case "key_pair":
            let name = try container.decode(String.self, forKey: .algorithm)
            let algorithm = try KeyPairPolicy.Algorithm(rawValue: name) ?? { throw InvalidPolicy.type(name) }()
            let file = try container.decodeIfPresent(String.self, forKey: .publicFile)
            self = .keyPair(try KeyPairPolicy(algorithm: algorithm, publicFile: file))
        case "totp_seed":
            self = .totpSeed(try TOTPSeedPolicy(bytes: container.decode(Int.self, forKey: .bytes)))
        case "template":
            let name = try container.decode(String.self, forKey: .format)
            self = .template(
                try TemplatePolicy(
                    template: container.decode(String.self, forKey: .template),
                    format: TemplatePolicy.Format(rawValue: name) ?? { throw InvalidPolicy.type(name) }(),
                    parts: container.decode([String: GeneratorSpecification].self, forKey: .parts)
                )
            )
        case "file":
            let expected = try container.decode([String].self, forKey: .expect).map { name in
                try FilePolicy.Content(rawValue: name) ?? { throw InvalidPolicy.type(name) }()
            }
            self = .file(
                try FilePolicy(
                    paths: container.decode([String].self, forKey: .path),
                    expected: Set(expected),
                    matches: container.decodeIfPresent(String.self, forKey: .matches),
                    validFor: SecondsText.parse(container.decode(String.self, forKey: .validFor)) ?? .zero
                )
            )
        case "command":
            self = .command(
                try CommandPolicy(
                    command: container.decode(String.self, forKey: .command),
                    parameters: container.decode([String: JSONValue].self, forKey: .parameters),
                    environment: container.decode([String].self, forKey: .environment),
                    timeout: SecondsText.parse(container.decode(String.self, forKey: .timeout)) ?? .zero
                )
            )
        default:
            throw InvalidPolicy.type(type)
        }
    }

    private static func classes(_ minima: [String: Int]) throws(InvalidPolicy) -> [CharacterClass: Int] {
        var classes: [CharacterClass: Int] = [:]
        for (name, minimum) in minima {
            guard let known = CharacterClass(rawValue: name) else { throw .type(name) }
            classes[known] = minimum
        }
        return classes
    }
}
