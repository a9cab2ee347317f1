/// The value of a secret: a text that can't be printed.
///
/// It has no `Codable`, no `Hashable` and no `description` of its own; each way to show it (interpolation, `print`,
/// `dump`, a mirror, a debugger's summary) shows ``redacted`` or does not compile. Only ``withUTF8(_:)`` gives access
/// to the text, so that one search finds each place that reads a value.
package struct SecretValue: Sendable {
    private let bytes: LockedBytes

    /// Why bytes are not a valid value.
    package enum Invalid: Error, Equatable, CustomStringConvertible {
        case empty
        case notUTF8
        case tooLong(limit: Int)

        package var description: String {
            switch self {
            case .empty: "the value is empty"
            case .notUTF8: "the value is not valid UTF-8"
            case .tooLong(let limit): "the value has more than \(limit) characters"
            }
        }
    }

    /// The largest number of characters that AI Hub accepts.
    ///
    /// Counted as Unicode code points, as JSON does (RFC 8259, section 8.2; JSON Schema's `maxLength`).
    package static let maximumLength = 45_000

    /// Creates a value from bytes.
    ///
    /// - Throws: ``Invalid`` if they are empty, not UTF-8, or more than ``maximumLength`` characters.
    package init(_ bytes: LockedBytes) throws(Invalid) {
        guard bytes.count > 0 else { throw .empty }
        // The span validates in place; a String would be a second copy, in memory that is not wiped.
        guard bytes.withBytes({ (try? UTF8Span(validating: $0.assumingMemoryBound(to: UInt8.self).span)) != nil })
        else { throw .notUTF8 }
        self.bytes = bytes
        guard count <= Self.maximumLength else { throw .tooLong(limit: Self.maximumLength) }
    }

    /// The number of characters (Unicode code points).
    package var count: Int {
        // Each code point has exactly one byte that is not a continuation byte (10xxxxxx).
        bytes.withBytes { utf8 in utf8.count { $0 & 0b1100_0000 != 0b1000_0000 } }
    }

    /// Calls a closure with the value's UTF-8 bytes.
    ///
    /// The closure must wipe each copy that it makes.
    package func withUTF8<T>(_ body: (UnsafeRawBufferPointer) throws -> T) rethrows -> T {
        try bytes.withBytes(body)
    }
}

/// A bearer token: like ``SecretValue``, it can't be printed.
package struct AccessToken: Sendable {
    private let bytes: LockedBytes

    /// Why bytes are not a valid token.
    package enum Invalid: Error, Equatable, CustomStringConvertible {
        case empty
        case badCharacter(offset: Int)

        package var description: String {
            switch self {
            case .empty:
                "it is empty"
            case .badCharacter(let offset):
                "byte \(offset) is not allowed in a token: keep it on one line, of printable ASCII without spaces"
            }
        }
    }

    /// Creates a token from a file's bytes, without line breaks at the end.
    ///
    /// - Throws: ``Invalid`` if it is empty, or if a byte is not allowed in a header field (RFC 9110, section 11.2).
    package init(_ file: LockedBytes) throws {
        let count = file.withBytes { $0.lastIndex { $0 != 0x0A && $0 != 0x0D }.map { $0 + 1 } ?? 0 }
        guard count > 0 else { throw Invalid.empty }
        try file.withBytes { bytes in
            if let offset = bytes[0..<count].firstIndex(where: { !(0x21...0x7E).contains($0) }) {
                throw Invalid.badCharacter(offset: offset)
            }
        }
        bytes = try file.withBytes { try LockedBytes(copying: UnsafeRawBufferPointer(rebasing: $0[0..<count])) }
    }

    /// Calls a closure with the token's ASCII bytes.
    package func withASCII<T>(_ body: (UnsafeRawBufferPointer) throws -> T) rethrows -> T {
        try bytes.withBytes(body)
    }

    /// Compares two tokens in constant time.
    package func isSame(as other: AccessToken) -> Bool {
        withASCII { mine in
            other.withASCII { theirs in
                guard mine.count == theirs.count else { return false }
                return zip(mine, theirs).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
            }
        }
    }
}
