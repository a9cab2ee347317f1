internal import Crypto

/// The four bytes that, with a name, say which key made a signature.
package struct KeyID: Hashable, Sendable, CustomStringConvertible {
    /// The bytes as a big-endian number.
    package let value: UInt32

    init(_ value: UInt32) {
        self.value = value
    }

    /// The ID of a key: the first four bytes of SHA-256(name ‖ 0x0A ‖ type ‖ public key).
    init(name: OctetString, typedKey: [UInt8]) {
        var hasher = SHA256()
        (name.bytes + [0x0A] + typedKey).withUnsafeBytes { hasher.update(bufferPointer: $0) }
        value = hasher.finalize().prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// Reads eight hexadecimal digits in lower case; nil for anything else.
    init?(hexadecimal text: some Collection<UInt8>) {
        guard text.count == 8, let value = UInt32(String(decoding: text, as: UTF8.self), radix: 16) else { return nil }
        self.value = value
        guard description.utf8.elementsEqual(text) else { return nil }
    }

    /// The four bytes, the most significant first.
    var bytes: [UInt8] { withUnsafeBytes(of: value.bigEndian) { Array($0) } }

    package var description: String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }
}
