/// Base64 of RFC 4648, section 4: with padding, without line breaks, and with one encoding only for each value.
///
/// Go's decoder skips line breaks and ignores bits that stick out of the last byte; here both are refused, so that nobody can
/// change a signed file without changing what it says.
package enum Base64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let padding = UInt8(ascii: "=")

    /// The value of each byte in the alphabet, and 255 for all others.
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 255, count: 256)
        for (value, character) in alphabet.enumerated() { values[Int(character)] = UInt8(value) }
        return values
    }()

    /// The encoding of some bytes.
    package static func encode(_ bytes: [UInt8]) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            var bits: UInt32 = 0
            for offset in 0..<3 {
                bits = bits << 8 | (offset < group.count ? UInt32(group[start + offset]) : 0)
            }
            for place in 0..<4 {
                text.append(place <= group.count ? alphabet[Int(bits >> (18 - 6 * UInt32(place)) & 63)] : padding)
            }
        }
        return text
    }

    /// The bytes that have this encoding; nil where it is nobody's.
    package static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
        let text = Array(text)
        guard text.count.isMultiple(of: 4) else { return nil }
        let padded = text.suffix(2).reversed().prefix { $0 == padding }.count
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count / 4 * 3)
        var bits: UInt32 = 0
        for (place, character) in text.dropLast(padded).enumerated() {
            let value = values[Int(character)]
            guard value < 64 else { return nil }
            bits = bits << 6 | UInt32(value)
            guard place % 4 == 3 else { continue }
            bytes += [UInt8(bits >> 16 & 255), UInt8(bits >> 8 & 255), UInt8(bits & 255)]
            bits = 0
        }
        return decodeEnd(bits, padded: padded).map { bytes + $0 }
    }

    /// The bytes of a last group with padding; nil where bits stick out of its last byte.
    private static func decodeEnd(_ bits: UInt32, padded: Int) -> [UInt8]? {
        switch padded {
        case 0: []
        case 1: bits & 3 == 0 ? [UInt8(bits >> 10 & 255), UInt8(bits >> 2 & 255)] : nil
        default: bits & 15 == 0 ? [UInt8(bits >> 4 & 255)] : nil
        }
    }
}
