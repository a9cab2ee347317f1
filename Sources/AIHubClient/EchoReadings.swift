/// The possible readings of a word: itself and its decodings, each also reversed, in lower case.
///
/// A wrong reading only costs a word that is dropped without need.
enum EchoReadings {
    static func all(of word: [UInt8]) -> [[UInt8]] {
        let joined = word.filter { $0 != UInt8(ascii: "-") }
        let texts = word == joined ? [word] : [word, joined]
        let directed = texts + texts.map { $0.reversed() }
        let decoded = directed.flatMap { text in
            (0..<2).map { join(text.dropFirst($0), bits: 4, digit: hexDigit) }
                + (0..<4).map { join(text.dropFirst($0), bits: 6, digit: base64Digit) }
        }
        return (directed + decoded + decoded.map { $0.reversed() }).map { $0.map(lowercased) }
    }

    static func lowercased(_ byte: UInt8) -> UInt8 {
        (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
    }

    static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20)
    }

    /// Joins digits of a number of bits to bytes; other characters count as zero.
    private static func join(_ text: ArraySlice<UInt8>, bits: UInt32, digit: (UInt8) -> UInt32) -> [UInt8] {
        var (bytes, rest, count) = ([UInt8](), UInt32(0), UInt32(0))
        for byte in text {
            rest = (rest << bits | digit(byte)) & 0xFFFF
            count += bits
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(truncatingIfNeeded: rest >> count))
            }
        }
        return bytes
    }

    private static func hexDigit(_ byte: UInt8) -> UInt32 {
        switch byte {
        case 0x30...0x39: UInt32(byte) - 0x30
        case 0x41...0x46: UInt32(byte) - 0x41 + 10
        case 0x61...0x66: UInt32(byte) - 0x61 + 10
        default: 0
        }
    }

    private static func base64Digit(_ byte: UInt8) -> UInt32 {
        switch byte {
        case 0x41...0x5A: UInt32(byte) - 0x41
        case 0x61...0x7A: UInt32(byte) - 0x61 + 26
        case 0x30...0x39: UInt32(byte) - 0x30 + 52
        case UInt8(ascii: "-"): 62
        default: 0
        }
    }
}
