/// The versions of RFC 9562 that a value may have.
package enum UUIDVersion: Int, Hashable, Sendable, CaseIterable {
    /// 122 random bits.
    case v4 = 4
    /// Unix time in milliseconds, then 74 random bits.
    case v7 = 7
}

/// The layout of RFC 9562, section 4: 128 bits, of which six say the version and the variant.
package enum UUIDBits {
    /// The length of a UUID's text.
    package static let textLength = 36

    /// The upper half of a version 7 UUID: 48 bits of time, then random ones.
    package static func timeAndRandom(milliseconds: Int64, random: UInt64) -> UInt64 {
        UInt64(truncatingIfNeeded: milliseconds) << 16 | random & 0xFFFF
    }

    /// Writes the text of a UUID, 36 lower-case characters, over given bits.
    package static func write(
        high: UInt64,
        low: UInt64,
        version: UUIDVersion,
        into text: UnsafeMutableRawBufferPointer
    ) {
        let high = high & ~0xF000 | UInt64(version.rawValue) << 12
        let low = low & ~(0b11 << 62) | 0b10 << 62
        let digits: StaticString = "0123456789abcdef"
        var place = 0
        for nibble in 0..<32 {
            if [8, 12, 16, 20].contains(nibble) {
                text[place] = UInt8(ascii: "-")
                place += 1
            }
            let half = nibble < 16 ? high : low
            text[place] = digits.utf8Start[Int(half >> UInt64(60 - 4 * (nibble % 16)) & 0xF)]
            place += 1
        }
    }
}
