/// A perfect subtree: the 2^level leaves from index × 2^level on.
///
/// Its hash never changes, however the log grows.
package struct MerkleSubtree: Hashable, Sendable {
    /// The height: 0 is a leaf.
    package let level: Int
    /// The number of subtrees of this height to its left.
    package let index: UInt64

    /// The subtree of this height that has so many others to its left.
    package init(level: Int, index: UInt64) {
        self.level = level
        self.index = index
    }

    /// The indices of its leaves.
    package var leaves: Range<UInt64> { index << UInt64(level)..<(index + 1) << UInt64(level) }

    /// The fewest perfect subtrees that have just these leaves, from left to right.
    ///
    /// The range must begin where a subtree as large as the range could: true of each range that a proof needs.
    static func covering(_ range: Range<UInt64>) -> [MerkleSubtree] {
        var subtrees: [MerkleSubtree] = []
        var start = range.lowerBound
        while start < range.upperBound {
            let level = 63 - (range.upperBound - start).leadingZeroBitCount
            subtrees.append(MerkleSubtree(level: level, index: start >> UInt64(level)))
            start += 1 << UInt64(level)
        }
        return subtrees
    }
}
