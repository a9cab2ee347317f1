/// Finds which lines share six bytes in a row with what is pushed, byte by byte.
///
/// It holds the windows of the lines and of all their readings (``LineReadings``); of what is pushed only six bytes.
struct GramScan {
    /// How many bytes in a row count as shared: six characters are six bytes at least.
    static let length = 6

    /// Which lines were found to share something.
    var hits: [Bool]
    private let readings: [(line: Int, text: [UInt8])]
    private let index: GramIndex
    /// For wholes that are shorter, by their length; made when there is one.
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

    /// What comes next does not follow what came before.
    mutating func reset() {
        (window, count) = (0, 0)
    }

    /// Finds a whole that is shorter than a window.
    mutating func find(whole bytes: UnsafeRawBufferPointer) {
        guard !bytes.isEmpty else { return }
        let index = shorter[bytes.count] ?? GramIndex(readings, length: bytes.count)
        shorter[bytes.count] = index
        index.lines(with: bytes.reduce(0) { $0 << 8 | UInt64($1) }) { hits[$0] = true }
    }
}

/// The windows of lines, sorted: each window of up to six bytes stands above its line's number in one integer.
struct GramIndex {
    private let entries: [UInt64]
    /// A bit for each window's hash: nearly all that is looked up is in no line.
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

    /// Names the lines that have a window.
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
