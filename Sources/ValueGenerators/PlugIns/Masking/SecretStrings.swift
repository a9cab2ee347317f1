import Glibc
import RotationCore
import SecretMemory

/// The texts that must not be shown: a value, a state, and, if they are JSON, each string inside them.
enum SecretStrings {
    /// The depth to which JSON texts in strings of JSON texts are searched.
    private static let depth = 4

    /// Calls a closure with each text, and with whether it is a PEM.
    ///
    /// - Parameter leavesOnly: Whether only the strings inside a JSON text count.
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

    /// Calls a closure with scratch memory, and wipes it afterwards.
    private static func withScratch(_ size: Int, _ body: (UnsafeMutableRawBufferPointer) -> Void) {
        withUnsafeTemporaryAllocation(byteCount: max(size, 1), alignment: 1) { buffer in
            body(buffer)
            if let base = buffer.baseAddress { explicit_bzero(base, buffer.count) }
        }
    }

    /// A percent-encoded password in a URL differs from its plain text, so decode it.
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

    /// Calls a closure with each unescaped string of a JSON text, except keys.
    ///
    /// The text is only tokenised, not parsed: an error in it must not hide the rest.
    private static func strings(in bytes: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) -> Void) {
        // An invalid escape becomes U+FFFD, which is longer.
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

    /// Unescapes up to and including the closing quotation mark.
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
