import TransparencyLog

/// The tree exactly as RFC 9162, section 2.1, defines it, by recursion over the leaves; slow, and easy to hold against the text.
final class NaiveTree {
    private let leaves: [MerkleHash]
    private var known: [Range<Int>: MerkleHash] = [:]

    init(_ leaves: [MerkleHash]) {
        self.leaves = leaves
    }

    /// Leaves that are told apart by their number.
    static func numbered(_ count: Int) -> [MerkleHash] {
        (0..<count).map { MerkleHash.leaf("leaf \($0)") }
    }

    /// MTH(D[range]), section 2.1.1.
    func root(_ range: Range<Int>) -> MerkleHash {
        if range.isEmpty { return .emptyRoot }
        if range.count == 1 { return leaves[range.lowerBound] }
        if let hash = known[range] { return hash }
        let k = range.lowerBound + split(range.count)
        let hash = MerkleHash.node(root(range.lowerBound..<k), root(k..<range.upperBound))
        known[range] = hash
        return hash
    }

    /// PATH(m, D[range]), section 2.1.3.1; m counts from the range's begin.
    func path(_ m: Int, _ range: Range<Int>) -> [MerkleHash] {
        guard range.count > 1 else { return [] }
        let k = split(range.count)
        let left = range.lowerBound..<range.lowerBound + k
        let right = left.upperBound..<range.upperBound
        return m < k ? path(m, left) + [root(right)] : path(m - k, right) + [root(left)]
    }

    /// PROOF(m, D[range]), section 2.1.4.1.
    func proof(_ m: Int, _ range: Range<Int>) -> [MerkleHash] { subproof(m, range, true) }

    private func subproof(_ m: Int, _ range: Range<Int>, _ isComplete: Bool) -> [MerkleHash] {
        if m == range.count { return isComplete ? [] : [root(range)] }
        let k = split(range.count)
        let left = range.lowerBound..<range.lowerBound + k
        let right = left.upperBound..<range.upperBound
        return m <= k
            ? subproof(m, left, isComplete) + [root(right)]
            : subproof(m - k, right, false) + [root(left)]
    }

    /// The largest power of two that is smaller than n.
    private func split(_ n: Int) -> Int {
        var k = 1
        while k * 2 < n { k *= 2 }
        return k
    }
}
