/// The name of a rotation or a request: a version 7 UUID (RFC 9562), so that names sort by time.
package struct RotationID: Hashable, Sendable, RawRepresentable, Codable, CustomStringConvertible {
    /// The UUID's text, in lower case.
    package let rawValue: String

    /// Accepts any 36 characters of hexadecimal digits and hyphens.
    package init?(rawValue: String) {
        let isUUID = rawValue.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte) || byte == UInt8(ascii: "-")
        }
        guard rawValue.utf8.count == UUIDBits.textLength, isUUID else { return nil }
        self.rawValue = rawValue
    }

    /// Makes a new name.
    ///
    /// - Parameters:
    ///   - milliseconds: Unix time.
    ///   - random: The source of its random bits.
    package init(milliseconds: Int64, random: any RandomSource) {
        rawValue = String(unsafeUninitializedCapacity: UUIDBits.textLength) { buffer in
            let high = UUIDBits.timeAndRandom(milliseconds: milliseconds, random: random.next())
            let text = UnsafeMutableRawBufferPointer(
                rebasing: UnsafeMutableRawBufferPointer(buffer)[0..<UUIDBits.textLength]
            )
            UUIDBits.write(high: high, low: random.next(), version: .v7, into: text)
            return UUIDBits.textLength
        }
    }

    package var description: String { rawValue }
}
