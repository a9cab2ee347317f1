import RotationCore

/// The query of a list request's URL.
enum ListQuery {
    /// The query with its `?`; empty for all secrets.
    static func text(alias: SecretAlias?, workspace: String?) -> String {
        var bytes: [UInt8] = []
        append("alias", alias?.text, to: &bytes)
        append("workspace", workspace, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func append(_ name: StaticString, _ value: String?, to bytes: inout [UInt8]) {
        guard let value else { return }
        bytes.append(bytes.isEmpty ? UInt8(ascii: "?") : UInt8(ascii: "&"))
        name.withUTF8Buffer { bytes += $0 }
        bytes.append(UInt8(ascii: "="))
        for byte in value.utf8 { append(byte, to: &bytes) }
    }

    /// Percent-encodes all characters except RFC 3986's unreserved ones.
    private static func append(_ byte: UInt8, to bytes: inout [UInt8]) {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            bytes.append(byte)
        default:
            bytes += [UInt8(ascii: "%"), hexadecimal(byte >> 4), hexadecimal(byte & 0xF)]
        }
    }

    private static func hexadecimal(_ nibble: UInt8) -> UInt8 {
        nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "A") + nibble - 10
    }
}
