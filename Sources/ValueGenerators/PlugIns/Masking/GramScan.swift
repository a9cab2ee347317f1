/// Finds the lines that have six consecutive bytes in common with a secret, which is pushed byte by byte.
///
/// It holds the windows of the lines and of all their readings (``LineReadings``), but only six bytes of the secret.
struct GramScan {
    /// The length of a window in bytes; six characters have at least six bytes.
    static let length = 6

    /// The lines with a match.
    var hits: [Bool]
    private let readings: [(line: Int, text: [UInt8])]
    private let index: GramIndex
    /// The indexes for whole secrets that are shorter than a window, by length; created on demand.
    private var shorter: [Int: GramIndex] = [:]
    private var window: UInt64 = 0
    private var count = 0

    init(_ lines: [[UInt8]]) {
        hits = Array(repeating: false, count: lines.count)
        readings = lines.enumerated().flatMap { number, line in
            LineReadings.all(of: line).map { (number, $0) }
        }
        index = GramIndex(readings, length: Self.length)
    }

    mutating func push(_ byte: UInt8) {
        window = (window << 8 | UInt64(byte)) & (1 << 48 - 1)
        count += 1
        if count >= Self.length { index.lines(with: window) { hits[$0] = true } }
    }

    /// Ends the current text: the next byte starts a new one.
    mutating func reset() {
        (window, count) = (0, 0)
    }

    /// Finds a whole secret that is shorter than a window.
    mutating func find(whole bytes: UnsafeRawBufferPointer) {
        guard !bytes.isEmpty else { return }
        let index = shorter[bytes.count] ?? GramIndex(readings, length: bytes.count)
        shorter[bytes.count] = index
        index.lines(with: bytes.reduce(0) { $0 << 8 | UInt64($1) }) { hits[$0] = true }
    }
}

/// The sorted windows of lines: one integer holds a window of up to six bytes and, in the low bits, its line's number.
struct GramIndex {
    private let entries: [UInt64]
    /// A bit for each window's hash, as a fast filter: most lookups find nothing.
    private var bits: [UInt64]
    private let shift: UInt64

    init(_ readings: [(line: Int, text: [UInt8])], length: Int) {
        var entries: [UInt64] = []
        let mask: UInt64 = 1 << UInt64(length * 8) - 1
        for (line, text) in readings {
            var window: UInt64 = 0
            for (offset, byte) in text.enumerated() {
                window = (window << 8 | UInt64(byte)) & mask
                if offset + 1 >= length { entries.append(window << 16 | UInt64(line)) }
            }
        }
        entries.sort()
        self.entries = entries
        var size: UInt64 = 10
        while 1 << size < entries.count * 16 { size += 1 }
        shift = 64 - size
        bits = Array(repeating: 0, count: 1 << (size - 6))
        for entry in entries {
            let hash = Self.hash(entry >> 16) >> shift
            bits[Int(hash >> 6)] |= 1 << (hash & 63)
        }
    }

    /// Calls a closure for each line with a window.
    func lines(with window: UInt64, _ body: (Int) -> Void) {
        let hash = Self.hash(window) >> shift
        guard bits[Int(hash >> 6)] & (1 << (hash & 63)) != 0 else { return }
        var (low, high) = (0, entries.count)
        while low < high {
            let middle = (low + high) / 2
            if entries[middle] < window << 16 { low = middle + 1 } else { high = middle }
        }
        while low < entries.count, entries[low] >> 16 == window {
            body(Int(entries[low] & 0xFFFF))
            low += 1
        }
    }

    private static func hash(_ window: UInt64) -> UInt64 {
        window &* 0x9E37_79B9_7F4A_7C15
    }
}
