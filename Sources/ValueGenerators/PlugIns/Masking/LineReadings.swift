/// The possible readings of a line: itself, and its decodings.
///
/// A wrong reading only costs a line that is withheld without need.
enum LineReadings {
    /// All readings of a line, each once.
    static func all(of line: [UInt8]) -> [[UInt8]] {
        var texts = [line]
        // Two rounds, for a JSON text or a URL inside a JSON text.
        var fresh = [line]
        for _ in 0..<2 {
            fresh = fresh.flatMap { text in
                [
                    percentDecoded(text, plusIsBlank: false), percentDecoded(text, plusIsBlank: true), unescaped(text),
                ]
            }
            fresh = fresh.filter { !texts.contains($0) }
            for text in fresh where !texts.contains(text) { texts.append(text) }
        }
        return texts + texts.flatMap { base64Decoded($0) + hexDecoded($0) }
    }

    // MARK: Percent

    private static func percentDecoded(_ text: [UInt8], plusIsBlank: Bool) -> [UInt8] {
        var (result, offset) = ([UInt8](), 0)
        while offset < text.count {
            if text[offset] == UInt8(ascii: "%"), let byte = hexByte(text, offset + 1) {
                result.append(byte)
                offset += 3
            } else {
                result.append(plusIsBlank && text[offset] == UInt8(ascii: "+") ? UInt8(ascii: " ") : text[offset])
                offset += 1
            }
        }
        return result
    }

    // MARK: Escapes

    /// Decodes the backslash escapes of JSON, Python, C and shells.
    private static func unescaped(_ text: [UInt8]) -> [UInt8] {
        var (result, offset) = ([UInt8](), 0)
        while offset < text.count {
            guard text[offset] == UInt8(ascii: "\\"), offset + 1 < text.count else {
                result.append(text[offset])
                offset += 1
                continue
            }
            offset += 2
            switch text[offset - 1] {
            case UInt8(ascii: "u"): appendUnit(of: text, &offset, &result)
            case UInt8(ascii: "x"):
                guard let byte = hexByte(text, offset) else { continue }
                result.append(byte)
                offset += 2
            case UInt8(ascii: "n"): result.append(0x0A)
            case UInt8(ascii: "r"): result.append(0x0D)
            case UInt8(ascii: "t"): result.append(0x09)
            case UInt8(ascii: "b"): result.append(0x08)
            case UInt8(ascii: "f"): result.append(0x0C)
            case let other: result.append(other)
            }
        }
        return result
    }

    /// Decodes four digits, and the second half of a surrogate pair.
    private static func appendUnit(of text: [UInt8], _ offset: inout Int, _ result: inout [UInt8]) {
        guard let high = hexByte(text, offset), let low = hexByte(text, offset + 2) else { return }
        var scalar = UInt32(high) << 8 | UInt32(low)
        offset += 4
        if 0xD800..<0xDC00 ~= scalar, offset + 1 < text.count, text[offset] == UInt8(ascii: "\\"),
            text[offset + 1] == UInt8(ascii: "u"), let high = hexByte(text, offset + 2),
            let low = hexByte(text, offset + 4), 0xDC..<0xE0 ~= high
        {
            scalar = 0x10000 + (scalar & 0x3FF) << 10 + (UInt32(high) << 8 | UInt32(low)) & 0x3FF
            offset += 6
        }
        if let character = Unicode.Scalar(scalar) { result += Array(String(character).utf8) }
    }

    // MARK: Base64 and hexadecimal

    /// The bytes of each run of Base64, decoded from each of its first four characters.
    private static func base64Decoded(_ text: [UInt8]) -> [[UInt8]] {
        text.split { sixBits($0) == nil }.filter { $0.count > 1 }.flatMap { run in
            (0..<min(4, run.count)).map { start in
                var (result, bits, count) = ([UInt8](), UInt32(0), 0)
                for character in run.dropFirst(start) {
                    bits = (bits << 6 | UInt32(sixBits(character) ?? 0)) & 0xFFFF
                    count += 6
                    if count >= 8 {
                        count -= 8
                        result.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
                    }
                }
                return result
            }
        }
    }

    private static func sixBits(_ character: UInt8) -> UInt8? {
        switch character {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): character - UInt8(ascii: "A")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): character - UInt8(ascii: "a") + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0") + 52
        case UInt8(ascii: "+"), UInt8(ascii: "-"): 62
        case UInt8(ascii: "/"), UInt8(ascii: "_"): 63
        default: nil
        }
    }

    /// The bytes of each run of hexadecimal digits, without the separators of dumps: blanks, colons, `\x`, `0x`.
    private static func hexDecoded(_ text: [UInt8]) -> [[UInt8]] {
        var (digits, offset) = ([UInt8](), 0)
        while offset < text.count {
            let isPrefix =
                offset + 1 < text.count && text[offset + 1] == UInt8(ascii: "x")
                && (text[offset] == UInt8(ascii: "\\") || text[offset] == UInt8(ascii: "0"))
            if isPrefix {
                offset += 2
            } else {
                if !" :,-".utf8.contains(text[offset]) { digits.append(text[offset]) }
                offset += 1
            }
        }
        return digits.split { nibble($0) == nil }.filter { $0.count > 1 }.flatMap { run in
            [run, run.dropFirst()].map { run in
                let digits = Array(run)
                return stride(from: 0, to: digits.count - 1, by: 2).compactMap { hexByte(digits, $0) }
            }
        }
    }

    private static func hexByte(_ text: [UInt8], _ offset: Int) -> UInt8? {
        guard offset + 1 < text.count, let high = nibble(text[offset]), let low = nibble(text[offset + 1]) else {
            return nil
        }
        return high << 4 | low
    }

    private static func nibble(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
