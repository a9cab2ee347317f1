/// The forms in which a secret may appear in a line, produced byte by byte: no form is ever in memory as a whole.
enum SecretForms {
    /// Receives a form's bytes.
    typealias Sink = (UInt8) -> Void
    /// Writes a form into a sink.
    typealias Writer = (Sink) -> Void

    /// Calls a closure with a writer for each form.
    static func each(of bytes: UnsafeRawBufferPointer, _ body: (Writer) -> Void) {
        body { raw(bytes, $0) }
        if bytes.contains(where: isLineBreak) {
            body { sink in bytes.lazy.filter { !isLineBreak($0) }.forEach(sink) }
        }
        for escaping in JSONEscaping.all where escaping.changes(bytes) {
            body { escaping.write(bytes, $0) }
        }
        for digits in [lower, upper] {
            body { percent(bytes, keeping: nil, digits, $0) }
            for kept in percentKept where bytes.contains(where: { !isAlphanumeric($0) }) {
                body { percent(bytes, keeping: kept, digits, $0) }
            }
            body { hexadecimal(bytes, digits, $0) }
        }
        for alignment in 0..<3 {
            for alphabet in [standard, urlSafe] { body { base64(bytes, alignment, alphabet, $0) } }
        }
    }

    static func raw(_ bytes: UnsafeRawBufferPointer, _ sink: Sink) {
        for byte in bytes { sink(byte) }
    }

    private static func isLineBreak(_ byte: UInt8) -> Bool { byte == 0x0A || byte == 0x0D }

    // MARK: Hexadecimal and percent

    private static let lower = Array("0123456789abcdef".utf8)
    private static let upper = Array("0123456789ABCDEF".utf8)

    private static func hexadecimal(_ bytes: UnsafeRawBufferPointer, _ digits: [UInt8], _ sink: Sink) {
        for byte in bytes {
            sink(digits[Int(byte >> 4)])
            sink(digits[Int(byte & 15)])
        }
    }

    /// The characters, besides letters and digits, that encoders keep; a kept blank becomes `+`.
    private static let percentKept: [String] = [
        "", "-._~", "-._~/", "-._~!'()*", "-._~!$&'()*+,;=", "-._~!'()*;,/?:@&=+$#", "-._~ ", "*-._ ",
    ]

    /// - Parameter kept: The kept characters besides letters and digits; nil if these are encoded, too.
    private static func percent(
        _ bytes: UnsafeRawBufferPointer,
        keeping kept: String?,
        _ digits: [UInt8],
        _ sink: Sink
    ) {
        for byte in bytes {
            if let kept, isAlphanumeric(byte) || kept.utf8.contains(byte) {
                sink(byte == UInt8(ascii: " ") ? UInt8(ascii: "+") : byte)
            } else {
                sink(UInt8(ascii: "%"))
                sink(digits[Int(byte >> 4)])
                sink(digits[Int(byte & 15)])
            }
        }
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        default: false
        }
    }

    // MARK: Base64

    private static let standard = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let urlSafe = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    /// The Base64 characters that depend only on these bytes after `alignment` other bytes, and the last one as at the
    /// end.
    private static func base64(
        _ bytes: UnsafeRawBufferPointer,
        _ alignment: Int,
        _ alphabet: [UInt8],
        _ sink: Sink
    ) {
        var (bits, count): (UInt32, Int) = (0, 0)
        // The first character also depends on the bytes before, so it is skipped.
        var skipped = alignment == 0 ? 0 : 6 - alignment * 8 % 6
        for byte in bytes {
            bits = bits << 8 | UInt32(byte)
            count += 8
            if skipped > 0 {
                count -= skipped
                skipped = 0
            }
            while count >= 6 {
                count -= 6
                sink(alphabet[Int(bits >> UInt32(count) & 63)])
            }
            bits &= 0xFF
        }
        if count > 0 { sink(alphabet[Int(bits << UInt32(6 - count) & 63)]) }
    }
}

/// One way to escape a text in JSON.
struct JSONEscaping {
    /// The digits of `\u`, for encoders that write only ASCII; nil if other characters stay.
    let digits: [UInt8]?
    let escapesSlash: Bool
    /// Whether it uses short escapes, such as `\n`.
    let hasShort: Bool

    static let all: [JSONEscaping] = [nil, "0123456789abcdef", "0123456789ABCDEF"].flatMap { digits in
        let digits = digits.map { Array($0.utf8) }
        return [(false, true), (true, true), (false, false)].map {
            JSONEscaping(digits: digits, escapesSlash: $0, hasShort: $1)
        }
    }

    /// Whether this form differs from the text and from its simpler forms.
    func changes(_ bytes: UnsafeRawBufferPointer) -> Bool {
        if escapesSlash && !bytes.contains(UInt8(ascii: "/")) { return false }
        if !hasShort { return bytes.contains { Self.short($0) != nil } }
        if digits != nil { return bytes.contains { $0 >= 0x7F || Self.isControl($0) } }
        return escapesSlash || bytes.contains { $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") || $0 < 0x20 }
    }

    /// Whether a byte is a control character without a short escape.
    private static func isControl(_ byte: UInt8) -> Bool {
        byte < 0x20 && ![0x08, 0x09, 0x0A, 0x0C, 0x0D].contains(byte)
    }

    func write(_ bytes: UnsafeRawBufferPointer, _ sink: SecretForms.Sink) {
        var rest = bytes[...]
        while let byte = rest.popFirst() {
            let short = hasShort ? Self.short(byte) : nil
            if let short = short ?? (escapesSlash && byte == UInt8(ascii: "/") ? byte : nil) {
                sink(UInt8(ascii: "\\"))
                sink(short)
            } else if byte < 0x20 || Self.short(byte) != nil || (digits != nil && byte == 0x7F) {
                write(unit: UInt16(byte), sink)
            } else if byte >= 0x80, digits != nil {
                for unit in Self.units(from: byte, &rest) { write(unit: unit, sink) }
            } else {
                sink(byte)
            }
        }
    }

    private static func short(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): byte
        case 0x08: UInt8(ascii: "b")
        case 0x09: UInt8(ascii: "t")
        case 0x0A: UInt8(ascii: "n")
        case 0x0C: UInt8(ascii: "f")
        case 0x0D: UInt8(ascii: "r")
        default: nil
        }
    }

    /// The UTF-16 units of the character whose first byte is `lead`.
    private static func units(from lead: UInt8, _ rest: inout Slice<UnsafeRawBufferPointer>) -> [UInt16] {
        let length = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : 1
        var scalar = UInt32(lead) & (0x3F >> UInt32(length))
        for _ in 0..<length { scalar = scalar << 6 | UInt32((rest.popFirst() ?? 0) & 0x3F) }
        guard scalar > 0xFFFF else { return [UInt16(truncatingIfNeeded: scalar)] }
        let offset = scalar - 0x10000
        return [0xD800 | UInt16(truncatingIfNeeded: offset >> 10), 0xDC00 | UInt16(truncatingIfNeeded: offset & 0x3FF)]
    }

    private func write(unit: UInt16, _ sink: SecretForms.Sink) {
        let digits = digits ?? Array("0123456789abcdef".utf8)
        sink(UInt8(ascii: "\\"))
        sink(UInt8(ascii: "u"))
        for shift in [12, 8, 4, 0] { sink(digits[Int(unit >> UInt16(shift) & 15)]) }
    }
}
