import Glibc
import RotationCore
import SecretMemory

/// The texts that must not be shown: a value, a state, and each string inside them where they are JSON.
enum SecretStrings {
    /// How deep JSON texts are looked for in strings of JSON texts.
    private static let depth = 4

    /// Lends each text for the time of a call, with whether it is a PEM.
    ///
    /// - Parameter leavesOnly: Whether of a JSON text only the strings inside count.
    static func each(
        in made: GeneratedValue?,
        leavesOnly: Bool = false,
        _ body: (UnsafeRawBufferPointer, _ isPEM: Bool) -> Void
    ) {
        guard let made else { return }
        made.value.withUTF8 { visit($0, leavesOnly, depth, body) }
        made.state?.withBytes { visit($0, leavesOnly, depth, body) }
    }

    private static func visit(
        _ bytes: UnsafeRawBufferPointer,
        _ leavesOnly: Bool,
        _ depth: Int,
        _ body: (UnsafeRawBufferPointer, Bool) -> Void
    ) {
        let isJSON = isJSON(bytes)
        if !(leavesOnly && isJSON) { body(bytes, isPEM(bytes)) }
        if bytes.contains(UInt8(ascii: "%")) { percentDecoded(bytes) { body($0, false) } }
        guard isJSON, depth > 0 else { return }
        strings(in: bytes) { visit($0, leavesOnly, depth - 1, body) }
    }

    private static func isJSON(_ bytes: UnsafeRawBufferPointer) -> Bool {
        let first = bytes.first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }
        return first == UInt8(ascii: "{") || first == UInt8(ascii: "[") || first == UInt8(ascii: "\"")
    }

    private static func isPEM(_ bytes: UnsafeRawBufferPointer) -> Bool {
        let mark = "-----BEGIN ".utf8
        return bytes.indices.contains { bytes[$0] == UInt8(ascii: "-") && bytes[$0...].starts(with: mark) }
    }

    /// Has a closure fill memory of a size, and wipes it after.
    private static func withScratch(_ size: Int, _ body: (UnsafeMutableRawBufferPointer) -> Void) {
        withUnsafeTemporaryAllocation(byteCount: max(size, 1), alignment: 1) { buffer in
            body(buffer)
            if let base = buffer.baseAddress { explicit_bzero(base, buffer.count) }
        }
    }

    /// A password within a URL is another text than that of which the URL was made.
    private static func percentDecoded(_ bytes: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) -> Void) {
        withScratch(bytes.count) { buffer in
            var (count, offset) = (0, 0)
            while offset < bytes.count {
                if bytes[offset] == UInt8(ascii: "%"), let byte = hexadecimal(bytes, offset + 1, digits: 2) {
                    buffer[count] = UInt8(truncatingIfNeeded: byte)
                    offset += 3
                } else {
                    buffer[count] = bytes[offset]
                    offset += 1
                }
                count += 1
            }
            body(UnsafeRawBufferPointer(rebasing: buffer[0..<count]))
        }
    }

    /// Lends each string of a JSON text that is no key, unescaped.
    ///
    /// The text is only told into tokens: a fraction or a slip in it must not hide the rest.
    private static func strings(in bytes: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) -> Void) {
        // An escape that is none becomes U+FFFD, which is longer.
        withScratch(bytes.count * 2) { buffer in
            var offset = 0
            while offset < bytes.count {
                guard bytes[offset] == UInt8(ascii: "\"") else {
                    offset += 1
                    continue
                }
                offset += 1
                let count = unescape(bytes, &offset, into: buffer)
                let next = bytes[min(offset, bytes.count)...].first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }
                if next != UInt8(ascii: ":"), count > 0 { body(UnsafeRawBufferPointer(rebasing: buffer[0..<count])) }
            }
        }
    }

    /// Unescapes up to the closing quotation mark, and goes past it.
    private static func unescape(
        _ bytes: UnsafeRawBufferPointer,
        _ offset: inout Int,
        into buffer: UnsafeMutableRawBufferPointer
    ) -> Int {
        var count = 0
        while offset < bytes.count, bytes[offset] != UInt8(ascii: "\"") {
            guard bytes[offset] == UInt8(ascii: "\\"), offset + 1 < bytes.count else {
                buffer[count] = bytes[offset]
                (count, offset) = (count + 1, offset + 1)
                continue
            }
            let escape = bytes[offset + 1]
            offset += 2
            guard escape == UInt8(ascii: "u") else {
                buffer[count] = Self.meaning[escape] ?? escape
                count += 1
                continue
            }
            for byte in scalar(bytes, &offset).utf8 {
                buffer[count] = byte
                count += 1
            }
        }
        offset += 1
        return count
    }

    private static let meaning: [UInt8: UInt8] = [
        UInt8(ascii: "n"): 0x0A, UInt8(ascii: "r"): 0x0D, UInt8(ascii: "t"): 0x09, UInt8(ascii: "b"): 0x08,
        UInt8(ascii: "f"): 0x0C,
    ]

    private static func scalar(_ bytes: UnsafeRawBufferPointer, _ offset: inout Int) -> Unicode.Scalar {
        guard let unit = hexadecimal(bytes, offset, digits: 4) else { return "\u{FFFD}" }
        offset += 4
        if 0xD800..<0xDC00 ~= unit, offset + 1 < bytes.count, bytes[offset] == UInt8(ascii: "\\"),
            bytes[offset + 1] == UInt8(ascii: "u"), let low = hexadecimal(bytes, offset + 2, digits: 4),
            0xDC00..<0xE000 ~= low
        {
            offset += 6
            return Unicode.Scalar(0x10000 + (unit & 0x3FF) << 10 + low & 0x3FF) ?? "\u{FFFD}"
        }
        return Unicode.Scalar(unit) ?? "\u{FFFD}"
    }

    private static func hexadecimal(_ bytes: UnsafeRawBufferPointer, _ offset: Int, digits: Int) -> UInt32? {
        guard offset + digits <= bytes.count else { return nil }
        return bytes[offset..<offset + digits].reduce(into: UInt32?.some(0)) { number, byte in
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                number = nil
                return
            }
            number = number.map { $0 << 4 | UInt32(digit) }
        }
    }
}
