/// The hash FNV-1a of 64 bits (Fowler, Noll, Vo; <http://www.isthe.com/chongo/tech/comp/fnv/>): unlike Swift's
/// `Hasher`, it is the same on each machine and in each run.
///
/// It is not a cryptographic hash.
package struct FNV1a {
    /// The hash of all combined input.
    package private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

    package init() {}

    /// Adds a byte.
    package mutating func combine(_ byte: UInt8) {
        value = (value ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
    }

    /// Adds a number, lowest byte first.
    package mutating func combine(_ number: UInt64) {
        for shift in stride(from: UInt64(0), to: 64, by: 8) { combine(UInt8(truncatingIfNeeded: number >> shift)) }
    }

    /// Adds a text in UTF-8.
    package mutating func combine(_ text: String) {
        for byte in text.utf8 { combine(byte) }
    }
}
