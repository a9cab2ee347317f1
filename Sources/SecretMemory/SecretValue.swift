/// The value of a secret: text that nothing can print.
///
/// It has no `Codable`, no `Hashable` and no `description` of its own; each way to show it (interpolation, `print`,
/// `dump`, a mirror, a debugger's summary) shows ``redacted`` or does not compile. The text is reached through
/// ``withUTF8(_:)`` alone, so that one search finds each place that reads a value.
package struct SecretValue: Sendable {
    private let bytes: LockedBytes

    /// Why bytes are no value.
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

    /// The most characters that AI Hub accepts.
    ///
    /// Counted as Unicode code points, as JSON does (RFC 8259, section 8.2; JSON Schema's `maxLength`).
    package static let maximumLength = 45_000

    /// Takes bytes as a value.
    ///
    /// - Throws: ``Invalid`` where they are empty, no UTF-8, or more than ``maximumLength`` characters.
    package init(_ bytes: LockedBytes) throws(Invalid) {
        guard bytes.count > 0 else { throw .empty }
        // A String would be a second copy, in memory that nobody wipes: the span validates in place.
        guard bytes.withBytes({ (try? UTF8Span(validating: $0.assumingMemoryBound(to: UInt8.self).span)) != nil })
        else { throw .notUTF8 }
        self.bytes = bytes
        guard count <= Self.maximumLength else { throw .tooLong(limit: Self.maximumLength) }
    }

    /// How many characters (Unicode code points) the value has.
    package var count: Int {
        // Each code point has exactly one byte that is no continuation byte (10xxxxxx).
        bytes.withBytes { utf8 in utf8.count { $0 & 0b1100_0000 != 0b1000_0000 } }
    }

    /// Lends the value's UTF-8 for the time of a call.
    ///
    /// Copy nothing out of it that is not wiped.
    package func withUTF8<T>(_ body: (UnsafeRawBufferPointer) throws -> T) rethrows -> T {
        try bytes.withBytes(body)
    }
}

/// A bearer token: like ``SecretValue``, nothing can print it.
package struct AccessToken: Sendable {
    private let bytes: LockedBytes

    /// Why bytes are no token.
    package enum Invalid: Error, Equatable, CustomStringConvertible {
        case empty
        case badCharacter(offset: Int)

        package var description: String {
            switch self {
            case .empty:
                "it is empty"
            case .badCharacter(let offset):
                "byte \(offset) can't stand in a token: keep it on one line, of printable ASCII without spaces"
            }
        }
    }

    /// Takes a file's bytes as a token; line breaks at the end are left out.
    ///
    /// - Throws: ``Invalid`` where nothing is left, or a byte can't stand in a header field (RFC 9110, section 11.2).
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

    /// Lends the token's ASCII bytes for the time of a call.
    package func withASCII<T>(_ body: (UnsafeRawBufferPointer) throws -> T) rethrows -> T {
        try bytes.withBytes(body)
    }

    /// Whether two tokens are the same; takes the same time wherever they differ.
    package func isSame(as other: AccessToken) -> Bool {
        withASCII { mine in
            other.withASCII { theirs in
                guard mine.count == theirs.count else { return false }
                return zip(mine, theirs).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
            }
        }
    }
}
