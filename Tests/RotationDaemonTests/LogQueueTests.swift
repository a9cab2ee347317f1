import Testing

@testable import RotationDaemon

/// A bounded queue of log lines.
struct LogQueueTests {
    private func queue(lines: Int = 4, bytes: Int = 100) -> LogQueue {
        LogQueue(limits: .init(lines: lines, bytes: bytes))
    }

    /// All that is left in it, as text.
    private func drain(_ queue: inout LogQueue) -> [String] {
        var texts: [String] = []
        while let element = queue.next() {
            switch element {
            case .line(let text): texts.append(text)
            case .gap(let count): texts.append("gap \(count)")
            }
        }
        return texts
    }

    @Test func linesKeepTheirOrderWhateverComesAndGoes() {
        var queue = queue()
        var (expected, taken): ([String], [String]) = ([], [])
        for number in 0..<1000 {
            let isTaken = queue.append("\(number)")
            #expect(isTaken)
            expected.append("\(number)")
            if number % 3 == 2 { taken += drain(&queue) }
        }
        taken += drain(&queue)
        #expect(taken == expected)
        #expect(queue.isEmpty)
    }

    @Test(arguments: [
        // So many lines of a length come; the rest is dropped.
        (limit: (lines: 4, bytes: 100), length: 1, kept: 4),
        (limit: (lines: 100, bytes: 100), length: 30, kept: 3),
        (limit: (lines: 100, bytes: 100), length: 50, kept: 2),
        (limit: (lines: 100, bytes: 100), length: 101, kept: 0),
    ])
    func limitsHold(limit: (lines: Int, bytes: Int), length: Int, kept: Int) {
        var queue = queue(lines: limit.lines, bytes: limit.bytes)
        let line = String(repeating: "x", count: length)
        let taken = (0..<10).count { _ in queue.append(line) }
        #expect(taken == kept)
        #expect(!queue.isEmpty)
        let left = drain(&queue)
        #expect(left == Array(repeating: line, count: kept) + ["gap \(10 - kept)"])
        #expect(queue.isEmpty)
        let hasRoom = queue.append("y")
        #expect(hasRoom)
    }

    /// A reader that takes one line at a time does not get a gap after each.
    @Test func fullQueueTakesNothingUntilItIsHalfEmpty() {
        var queue = queue()
        for number in 0..<6 { _ = queue.append("\(number)") }
        let first = queue.next()
        #expect(first == .line("0"))
        let isEarlyTaken = queue.append("6")
        #expect(!isEarlyTaken)
        let second = queue.next()
        #expect(second == .line("1"))
        let isLateTaken = queue.append("7")
        #expect(isLateTaken)
        let left = drain(&queue)
        #expect(left == ["2", "3", "gap 3", "7"])
    }
}
