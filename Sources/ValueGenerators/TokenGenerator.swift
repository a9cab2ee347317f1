package import RotationCore
import SecretMemory

/// The policy of tokens: random bytes, encoded as text.
package struct TokenPolicy: Hashable, Sendable {
    /// The encoding of the bytes.
    package enum Encoding: String, Hashable, Sendable, CaseIterable {
        /// RFC 4648, section 5, without padding.
        case base64url
        /// Lower-case hexadecimal.
        case hex
    }

    /// The number of random bytes.
    package let bytes: Int
    /// Their encoding.
    package let encoding: Encoding
    /// The allowed range of ``bytes``; 16 bytes are 128 bits.
    package static let counts = 16...4096

    package init(bytes: Int = 32, encoding: Encoding = .base64url) throws(InvalidPolicy) {
        guard Self.counts.contains(bytes) else { throw .length(bytes, allowed: Self.counts) }
        self.bytes = bytes
        self.encoding = encoding
    }
}

struct TokenGenerator: ValueGenerator {
    let policy: TokenPolicy
    let random: any RandomSource
    var steps: Set<GeneratorStep> { [] }

    private static let base64url = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
    private static let hexadecimal = Array("0123456789abcdef".utf8)

    func generate(_ context: GeneratorContext) async throws(GeneratorError) -> GeneratedValue {
        // A character of base64url is 6 random bits and one of hexadecimal 4: drawing the characters is the same as
        // encoding random bytes, except for the unused bits in base64's last character.
        switch policy.encoding {
        case .hex: return try draw(policy.bytes * 2, from: Self.hexadecimal)
        case .base64url: return try draw((policy.bytes * 8 + 5) / 6, from: Self.base64url)
        }
    }

    private func draw(_ count: Int, from alphabet: [UInt8]) throws(GeneratorError) -> GeneratedValue {
        let unusedBits = policy.encoding == .base64url ? [0, 4, 2][policy.bytes % 3] : 0
        return try GeneratedValue(length: count) { text in
            var generator = random.generator
            for place in text.indices {
                var index = Int.random(in: 0..<alphabet.count, using: &generator)
                // The last character's unused bits are zero (RFC 4648, section 3.5), so that strict decoders read it.
                if place == count - 1 { index &= ~((1 << unusedBits) - 1) }
                text[place] = alphabet[index]
            }
        }
    }
}

extension TokenPolicy: BuiltInPolicy {
    package static let type = "token"
    package static let fileParameters = [
        GeneratorParameter("bytes", .integer(counts), standard: 32),
        GeneratorParameter("encoding", .word(Encoding.allCases.map(\.rawValue)), standard: "base64url"),
    ]
    package static func standard() throws(InvalidPolicy) -> TokenPolicy { try TokenPolicy() }

    package init(_ parameters: PolicyParameters) throws(InvalidPolicy) {
        try self.init(bytes: parameters.integer("bytes"), encoding: parameters.choice("encoding"))
    }

    package var parameters: [String: JSONValue] {
        ["bytes": .integer(Int64(bytes)), "encoding": .string(encoding.rawValue)]
    }

    package var entropy: Double? { Double(bytes * 8) }

    package func makeGenerator(_ host: GeneratorHost) -> any ValueGenerator {
        TokenGenerator(policy: self, random: host.random)
    }
}
