/// A bounded queue of log lines.
///
/// A pure value. A full queue drops new lines until it is half empty, so that an overload causes one gap and not many.
struct LogQueue {
    /// The size of the queue.
    struct Limits: Sendable {
        var lines: Int
        var bytes: Int

        /// Enough for several seconds of a busy daemon at debug level.
        static let standard = Limits(lines: 4096, bytes: 1 << 20)
    }

    /// An element of the queue.
    enum Element: Hashable {
        case line(String)
        /// The number of lines that were dropped here.
        case gap(Int)
    }

    private let limits: Limits
    private var elements: [Element] = []
    /// The index of the first element in `elements`: removing the first one each time would move all others.
    private var head = 0
    private var bytes = 0
    private var isFull = false
    /// Dropped lines that are not yet in a gap of the queue.
    private var missing = 0

    init(limits: Limits) {
        self.limits = limits
    }

    private var count: Int { elements.count - head }

    /// Whether there is nothing to write.
    var isEmpty: Bool { count == 0 && missing == 0 }

    /// Adds a line, or counts it as dropped.
    ///
    /// - Returns: Whether the line was added.
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

    /// Removes and returns the first element; nil if the queue is empty.
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
