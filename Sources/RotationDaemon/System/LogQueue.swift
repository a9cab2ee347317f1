/// Log lines that wait to be written, up to a limit.
///
/// A pure value. A full queue drops new lines until it is half empty: each time that happens leaves one gap, not many.
struct LogQueue {
    /// How much a queue holds.
    struct Limits: Sendable {
        var lines: Int
        var bytes: Int

        /// What a busy daemon logs at debug level within some seconds.
        static let standard = Limits(lines: 4096, bytes: 1 << 20)
    }

    /// What is written next.
    enum Element: Hashable {
        case line(String)
        /// So many lines were dropped here.
        case gap(Int)
    }

    private let limits: Limits
    private var elements: [Element] = []
    /// Where the queue begins in `elements`: removing the first one each time would move all others.
    private var head = 0
    private var bytes = 0
    private var isFull = false
    /// Lines that were dropped, and that no gap in the queue counts yet.
    private var missing = 0

    init(limits: Limits) {
        self.limits = limits
    }

    private var count: Int { elements.count - head }

    /// Whether there is nothing to write.
    var isEmpty: Bool { count == 0 && missing == 0 }

    /// Adds a line, or counts it as dropped.
    ///
    /// - Returns: Whether there was room.
    mutating func append(_ line: String) -> Bool {
        let size = line.utf8.count
        let isHalfEmpty = count <= limits.lines / 2 && bytes <= limits.bytes / 2
        guard !isFull || isHalfEmpty, count < limits.lines, bytes + size <= limits.bytes else {
            isFull = true
            missing += 1
            return false
        }
        isFull = false
        if let gap = takeGap() { elements.append(gap) }
        elements.append(.line(line))
        bytes += size
        return true
    }

    /// Takes out what is written next; nil where there is nothing.
    mutating func next() -> Element? {
        guard count > 0 else { return takeGap() }
        let element = elements[head]
        elements[head] = .gap(0)
        head += 1
        if case .line(let text) = element { bytes -= text.utf8.count }
        if count == 0 || head >= limits.lines {
            elements.removeFirst(head)
            head = 0
        }
        return element
    }

    private mutating func takeGap() -> Element? {
        guard missing > 0 else { return nil }
        defer { missing = 0 }
        return .gap(missing)
    }
}
