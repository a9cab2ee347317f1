/// Computes the tree over an export, which has one leaf a line, from chunks as they come.
///
/// Nothing is allocated for a leaf that lies within a chunk.
package struct LeafLineHasher: Sendable {
    /// The longest line, without its newline.
    package static let maximumLineLength = 65_535

    /// Why bytes are no export.
    package enum Failure: Error, Equatable {
        /// The line of this number, from 1, is longer than a leaf can be.
        case lineTooLong(UInt64)
        /// The last line has no newline.
        case unfinished
    }

    /// The tree over all lines that were complete so far.
    package private(set) var frontier: MerkleFrontier
    /// The beginning of a line whose end is in a later chunk.
    private var partial: [UInt8] = []

    /// Begins an export, or goes on behind the leaves that are known already.
    package init(after frontier: MerkleFrontier = MerkleFrontier()) {
        self.frontier = frontier
    }

    /// Takes the next chunk.
    package mutating func append(_ chunk: UnsafeRawBufferPointer) throws(Failure) {
        var start = 0
        while start < chunk.count {
            let end = Newline.index(in: chunk, from: start)
            let piece = UnsafeRawBufferPointer(rebasing: chunk[start..<(end ?? chunk.count)])
            guard partial.count + piece.count <= Self.maximumLineLength else { throw .lineTooLong(frontier.size + 1) }
            guard let end else {
                partial.append(contentsOf: piece)
                return
            }
            appendLine(piece)
            start = end + 1
        }
    }

    /// Takes the next chunk.
    package mutating func append(_ chunk: [UInt8]) throws(Failure) {
        var failure: Failure?
        chunk.withUnsafeBytes { bytes in
            do throws(Failure) { try append(bytes) } catch { failure = error }
        }
        if let failure { throw failure }
    }

    private mutating func appendLine(_ end: UnsafeRawBufferPointer) {
        guard !partial.isEmpty else { return frontier.append(.leaf(end)) }
        partial.append(contentsOf: end)
        frontier.append(.leaf(partial))
        partial.removeAll(keepingCapacity: true)
    }

    /// The tree over the whole export.
    package func finish() throws(Failure) -> MerkleFrontier {
        guard partial.isEmpty else { throw .unfinished }
        return frontier
    }
}

/// Finds newlines eight bytes at a time.
private enum Newline {
    static func index(in bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
        var index = start
        while index + 8 <= bytes.count {
            let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self))
            // A byte of zero borrows; the first one does so for sure.
            let difference = word ^ 0x0A0A_0A0A_0A0A_0A0A
            let zeros = (difference &- 0x0101_0101_0101_0101) & ~difference & 0x8080_8080_8080_8080
            guard zeros == 0 else { return index + zeros.trailingZeroBitCount / 8 }
            index += 8
        }
        return bytes[index...].firstIndex(of: 0x0A)
    }
}
