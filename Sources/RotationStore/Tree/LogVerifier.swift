import TransparencyLog

/// Checks the log in one pass over its lines, in memory that does not grow with it.
struct LogVerifier {
    private var result = LogVerification()
    /// The tree over the lines; where lines are missing, over the leaves that were stored with them.
    private var frontier = MerkleFrontier()
    /// Whether each leaf until now is known.
    private var isWhole = true
    /// The next number that is expected.
    private var next: Int64 = 1
    /// How rotations ended, as the lines say it.
    private(set) var endings = EndingDigest()
    /// The checkpoints that are still to come, the largest first.
    private var checkpoints: [(size: Int64, root: MerkleHash)]

    /// - Parameter checkpoints: Those whose signatures are good.
    init(_ checkpoints: [Checkpoint], problems: [LogVerification.Problem]) {
        result.problems = problems
        self.checkpoints = checkpoints.map { (size: Int64(clamping: $0.size), root: $0.root) }.sorted {
            $0.size > $1.size
        }
        compare()
    }

    /// Hands the stored leaves of a range to a closure, in order.
    typealias EachLeaf = (_ seqs: ClosedRange<Int64>, _ body: (MerkleHash) -> Void) throws -> Void

    /// Takes that the first lines were archived: their stored leaves stand for them.
    mutating func takeArchived(_ seqs: ClosedRange<Int64>, _ eachLeaf: EachLeaf) throws {
        result.archived = seqs.upperBound
        try takeLeaves(seqs, eachLeaf)
    }

    /// Takes that lines are missing without a reason.
    mutating func addMissing(_ seqs: ClosedRange<Int64>) {
        result.problems.append(.missing(seqs))
    }

    /// Takes the next line.
    ///
    /// - Parameters:
    ///   - leaf: The hash that was stored with it; nil for none.
    ///   - eachLeaf: Reads stored leaves.
    mutating func take(
        seq: Int64,
        line: UnsafeRawBufferPointer,
        leaf: MerkleHash?,
        eachLeaf: EachLeaf
    ) throws {
        if seq > next {
            result.problems.append(.missing(next...(seq - 1)))
            try takeLeaves(next...(seq - 1), eachLeaf)
        }
        let hash = MerkleHash.leaf(line)
        switch leaf {
        case hash?: break
        case nil: addUnknown(seq)
        case _?: result.problems.append(.altered(seq: seq))
        }
        if !Self.isNumbered(line, seq) { result.problems.append(.misnumbered(seq: seq)) }
        endings.add(entry: line)
        result.entries += 1
        append(hash)
    }

    /// Takes that no more lines come.
    ///
    /// - Parameters:
    ///   - leaves: The number of the newest stored leaf.
    ///   - head: The stored head of the tree; nil where it can't be read.
    mutating func finish(leaves: Int64, head: MerkleFrontier?) -> LogVerification {
        if leaves >= next { result.problems.append(.missing(next...leaves)) }
        if head != frontier, leaves < next || head == nil { result.problems.append(.headDiffers) }
        for checkpoint in checkpoints.reversed() where checkpoint.size >= next {
            result.problems.append(.truncated(size: checkpoint.size, missing: next...checkpoint.size))
        }
        result.rotations = endings.count
        result.root = isWhole ? frontier.root : nil
        return result
    }

    private mutating func append(_ hash: MerkleHash) {
        next += 1
        guard isWhole else { return }
        frontier.append(hash)
        compare()
    }

    /// Goes on behind lines that are not there, with the stored leaves of their entries where these are all there.
    private mutating func takeLeaves(_ seqs: ClosedRange<Int64>, _ eachLeaf: EachLeaf) throws {
        try eachLeaf(seqs) { append($0) }
        if next != seqs.upperBound + 1 { (next, isWhole) = (seqs.upperBound + 1, false) }
    }

    private mutating func addUnknown(_ seq: Int64) {
        if case .unknownToTree(let range)? = result.problems.last, range.upperBound == seq - 1 {
            result.problems[result.problems.count - 1] = .unknownToTree(range.lowerBound...seq)
        } else {
            result.problems.append(.unknownToTree(seq...seq))
        }
    }

    /// Compares the checkpoints of the present size.
    private mutating func compare() {
        // Of several with one size each is compared with what smaller ones have proven, in whatever order they come.
        let first = result.provenUpTo + 1
        while let checkpoint = checkpoints.last, checkpoint.size == next - 1 {
            checkpoints.removeLast()
            if checkpoint.root == frontier.root {
                result.checkpoints += 1
                result.provenUpTo = checkpoint.size
            } else {
                result.problems.append(.disagrees(size: checkpoint.size, changed: first...max(checkpoint.size, first)))
            }
        }
    }

    /// Whether a line says its own number.
    ///
    /// In canonical JSON few keys come after `seq`: it is looked for from the end.
    private static func isNumbered(_ line: UnsafeRawBufferPointer, _ seq: Int64) -> Bool {
        var key = ",\"seq\":\(seq),"
        return key.withUTF8 { key in
            var start = line.count - key.count
            while start >= 0 {
                if line[start] == key[0], line[start..<start + key.count].elementsEqual(key) { return true }
                start -= 1
            }
            return false
        }
    }
}
