internal import Crypto

/// A SHA-256 hash of the tree, held in place: making one allocates nothing.
package struct MerkleHash: Hashable, Sendable {
    /// The length of a hash.
    package static let byteCount = 32

    private let words: Words

    private struct Words: Hashable, Sendable {
        var first: UInt64, second: UInt64, third: UInt64, fourth: UInt64
    }

    /// The hash that has these bytes; nil where they are not 32.
    package init?(bytes: some Sequence<UInt8>) {
        let bytes = Array(bytes)
        guard bytes.count == Self.byteCount else { return nil }
        self = bytes.withUnsafeBytes(Self.init(copying:))
    }

    /// The hash that this Base64 encodes; nil where it is none.
    package init?(base64 text: some Collection<UInt8>) {
        guard text.count == 44, let bytes = Base64.decode(text) else { return nil }
        self.init(bytes: bytes)
    }

    private init(copying bytes: UnsafeRawBufferPointer) {
        words = Words(
            first: bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self),
            second: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self),
            third: bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self),
            fourth: bytes.loadUnaligned(fromByteOffset: 24, as: UInt64.self)
        )
    }

    /// The 32 bytes.
    package var bytes: [UInt8] { withUnsafeBytes(of: words) { Array($0) } }

    /// The bytes in Base64, as all the text formats write them.
    package var base64: [UInt8] { Base64.encode(bytes) }

    /// The root of a tree without leaves: the hash of no bytes.
    package static let emptyRoot = MerkleHash(SHA256())

    private init(_ hasher: SHA256) {
        self = hasher.finalize().withUnsafeBytes(Self.init(copying:))
    }

    /// The hash of a leaf: SHA-256(0x00 ‖ line), RFC 9162, section 2.1.1.
    package static func leaf(_ line: UnsafeRawBufferPointer) -> MerkleHash {
        var hasher = SHA256()
        withUnsafeBytes(of: UInt8(0)) { hasher.update(bufferPointer: $0) }
        hasher.update(bufferPointer: line)
        return MerkleHash(hasher)
    }

    /// The hash of a leaf: SHA-256(0x00 ‖ line), RFC 9162, section 2.1.1.
    package static func leaf(_ line: [UInt8]) -> MerkleHash {
        line.withUnsafeBytes { leaf($0) }
    }

    /// The hash of a leaf that is a text without its newline.
    package static func leaf(_ line: String) -> MerkleHash {
        leaf(Array(line.utf8))
    }

    /// The hash of an inner node: SHA-256(0x01 ‖ left ‖ right), RFC 9162, section 2.1.1.
    package static func node(_ left: MerkleHash, _ right: MerkleHash) -> MerkleHash {
        withUnsafeBytes(of: (NodePrefix(), left.words, right.words)) { bytes in
            var hasher = SHA256()
            hasher.update(bufferPointer: UnsafeRawBufferPointer(rebasing: bytes[NodePrefix.padding...]))
            return MerkleHash(hasher)
        }
    }

    /// The byte 0x01 just before the hashes, so that a node is one run of 65 bytes.
    private struct NodePrefix {
        static let padding = 7
        let word = UInt64(1).bigEndian
    }
}

extension MerkleHash: CustomStringConvertible {
    package var description: String { String(decoding: base64, as: UTF8.self) }
}
