/// Reads bytes line by line; each line ends with a newline.
struct LineReader {
    /// What was not read yet.
    private(set) var rest: ArraySlice<UInt8>
    /// The number of the line that was read last; the first one is 1.
    private(set) var number = 0

    init(_ bytes: some Collection<UInt8>) {
        rest = ArraySlice(Array(bytes))
    }

    /// The next line without its newline; nil at the end, and where the rest has no newline.
    mutating func next() -> ArraySlice<UInt8>? {
        guard let end = rest.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
        let line = rest[rest.startIndex..<end]
        rest = rest[(end + 1)...]
        number += 1
        return line
    }
}

extension Collection<UInt8> {
    /// What follows a prefix; nil where the bytes begin otherwise.
    func after(_ prefix: String) -> SubSequence? {
        starts(with: prefix.utf8) ? dropFirst(prefix.utf8.count) : nil
    }
}
