/// A text that is compared byte by byte.
///
/// Names and origins decide which key is trusted. `String` says that "é" equals "e" with a combining accent; the C2SP formats
/// say that they differ.
package struct OctetString: Hashable, Sendable, CustomStringConvertible, ExpressibleByStringLiteral {
    /// The text's bytes, UTF-8 where it came from a `String`.
    package let bytes: [UInt8]

    /// A text that has these bytes.
    package init(bytes: some Sequence<UInt8>) {
        self.bytes = Array(bytes)
    }

    /// The UTF-8 of a `String`.
    package init(_ text: String) {
        bytes = Array(text.utf8)
    }

    package init(stringLiteral text: String) {
        self.init(text)
    }

    /// The text for people; bytes that are no UTF-8 are shown as U+FFFD.
    package var description: String { String(decoding: bytes, as: UTF8.self) }

    /// Whether this can be the name of a key: not empty, UTF-8, without spaces, control characters and `+`.
    package var isKeyName: Bool {
        guard let text = String(validating: bytes, as: UTF8.self) else { return false }
        return SignedNoteKey.isName(text)
    }
}
