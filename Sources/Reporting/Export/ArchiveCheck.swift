package import Foundation
package import RotationStore
import TransparencyLog

/// Compares files of archived lines with the leaf hashes that the history has kept.
package struct ArchiveCheck {
    private let history: History

    package init(_ history: History) {
        self.history = history
    }

    /// What was found in a file.
    package struct Result: Hashable, Sendable {
        /// The entries' numbers; nil for an empty file.
        package var seqs: ClosedRange<Int64>?
        /// Entries whose lines are not those that were written, or that the log does not have.
        package var altered: [ClosedRange<Int64>] = []
    }

    /// A file whose lines are no entries.
    package struct Unreadable: Error, CustomStringConvertible {
        package var description: String { "its first line is no entry of an audit log" }
    }

    /// Reads a file line by line.
    ///
    /// - Throws: ``Unreadable``; what reading the file or the history throws.
    package func run(_ file: FileHandle) throws -> Result {
        var (result, next, lines, rest) = (Result(), Int64?.none, [Data](), Data())
        let compare = { (first: Int64) in
            guard !lines.isEmpty else { return }
            let seqs = first...(first + Int64(lines.count) - 1)
            let leaves = try history.leaves(of: seqs)
            for (index, line) in lines.enumerated()
            where index >= leaves.count || leaves[index] != line.withUnsafeBytes(MerkleHash.leaf) {
                result.addAltered(first + Int64(index))
            }
            result.seqs = (result.seqs?.lowerBound ?? first)...seqs.upperBound
            (next, lines) = (seqs.upperBound + 1, [])
        }
        while let chunk = try file.read(upToCount: 1 << 20), !chunk.isEmpty {
            rest += chunk
            while let end = rest.firstIndex(of: 0x0A) {
                lines.append(Data(rest[rest.startIndex..<end]))
                rest = rest[(end + 1)...]
            }
            if next == nil, let first = lines.first { next = try Self.number(of: first) }
            if let next { try compare(next) }
            rest = Data(rest)
        }
        // A last line without its newline is one that was cut off.
        if !rest.isEmpty { lines.append(rest) }
        if next == nil, let first = lines.first { next = try Self.number(of: first) }
        if let next { try compare(next) }
        return result
    }

    private static func number(of line: Data) throws -> Int64 {
        guard let fields = try? JSONSerialization.jsonObject(with: line) as? [String: Any],
            let seq = fields["seq"] as? Int64, seq > 0
        else { throw Unreadable() }
        return seq
    }
}

extension ArchiveCheck.Result {
    fileprivate mutating func addAltered(_ seq: Int64) {
        if let last = altered.last, last.upperBound == seq - 1 {
            altered[altered.count - 1] = last.lowerBound...seq
        } else {
            altered.append(seq...seq)
        }
    }
}
