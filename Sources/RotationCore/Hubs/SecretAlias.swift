/// The name of a secret within its hub: letters, digits, underscores and hyphens of ASCII.
package struct SecretAlias: Hashable, Sendable, CustomStringConvertible {
    /// The name.
    package let text: String
    /// The longest accepted name; the vendor documents no limit.
    package static let maximumLength = 255

    /// Creates an alias; nil if a character is not allowed, or the name is empty or too long.
    package init?(_ text: String) {
        guard (1...Self.maximumLength).contains(text.utf8.count) else { return nil }
        guard text.utf8.allSatisfy(Self.isAllowed) else { return nil }
        self.text = text
    }

    package var description: String { text }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"): true
        default: false
        }
    }
}

/// An alias as its text.
extension SecretAlias: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let alias = Self(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "no alias")
        }
        self = alias
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}
