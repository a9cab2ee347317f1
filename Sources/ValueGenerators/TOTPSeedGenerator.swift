package import RotationCore
import SecretMemory

/// The policy of seeds for one-time passwords (RFC 6238), in the format of authenticators: Base32 (RFC 4648, section 6)
/// without padding.
package struct TOTPSeedPolicy: Hashable, Sendable {
    /// The number of random bytes; RFC 4226, section 4, requires 16 and recommends 20.
    package let bytes: Int
    /// The allowed range of ``bytes``.
    package static let counts = 16...64

    package init(bytes: Int = 20) throws(InvalidPolicy) {
        guard Self.counts.contains(bytes) else { throw .length(bytes, allowed: Self.counts) }
        self.bytes = bytes
    }
}

struct TOTPSeedGenerator: ValueGenerator {
    let policy: TOTPSeedPolicy
    let random: any RandomSource
    var steps: Set<GeneratorStep> { [] }

    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".utf8)

    func generate(_ context: GeneratorContext) async throws(GeneratorError) -> GeneratedValue {
        let bits = policy.bytes * 8
        let count = (bits + 4) / 5
        return try GeneratedValue(length: count) { text in
            var generator = random.generator
            for place in text.indices {
                var index = Int.random(in: 0..<32, using: &generator)
                // The last character's unused bits are zero (RFC 4648, section 3.5), so that strict decoders read it.
                if place == count - 1 { index &= ~((1 << (count * 5 - bits)) - 1) }
                text[place] = Self.alphabet[index]
            }
        }
    }
}

extension TOTPSeedPolicy: BuiltInPolicy {
    package static let type = "totp_seed"
    package static let fileParameters = [GeneratorParameter("bytes", .integer(counts), standard: 20)]
    package static func standard() throws(InvalidPolicy) -> TOTPSeedPolicy { try TOTPSeedPolicy() }

    package init(_ parameters: PolicyParameters) throws(InvalidPolicy) {
        try self.init(bytes: parameters.integer("bytes"))
    }

    package var parameters: [String: JSONValue] { ["bytes": .integer(Int64(bytes))] }
    package var entropy: Double? { Double(bytes * 8) }

    package func makeGenerator(_ host: GeneratorHost) -> any ValueGenerator {
        TOTPSeedGenerator(policy: self, random: host.random)
    }
}
