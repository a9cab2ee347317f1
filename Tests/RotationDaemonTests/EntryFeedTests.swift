import RotationCore
import Synchronization
import TestSupport
import Testing

@testable import RotationDaemon

/// The entries of the history, each once and in order, whatever memory still holds.
@Suite(.timeLimit(.minutes(5)))
struct EntryFeedTests {
    /// A history and its stream.
    private final class Log: Sendable {
        let stream: CommitStream
        private let lines = Mutex<[Commit.Entry]>([])
        private let newest = Mutex<Int64>(0)
        private let reads = Mutex(0)

        init(capacity: Int) { stream = CommitStream(position: 0, capacity: capacity) }

        /// The number of the newest entry.
        var count: Int64 { newest.withLock { $0 } }
        var readCount: Int { reads.withLock { $0 } }

        /// Appends entries in one commit.
        func append(_ count: Int) {
            var changes = Commit.Changes()
            for _ in 0..<count {
                let seq = newest.withLock { newest in
                    newest += 1
                    return newest
                }
                changes.entries.append(.init(seq: seq, line: "line \(seq)"))
            }
            let entries = changes.entries
            lines.withLock { $0 += entries }
            stream.publish(Commit(number: stream.position + 1, changes: changes))
        }

        /// Archives the oldest lines.
        func archive(through seq: Int64) { lines.withLock { $0.removeAll { $0.seq <= seq } } }

        @Sendable func read(_ after: Int64, _ limit: Int) -> [Commit.Entry] {
            reads.withLock { $0 += 1 }
            return lines.withLock { lines in Array(lines.lazy.filter { $0.seq > after }.prefix(limit)) }
        }

        func feed(after seq: Int64) -> EntryFeed { EntryFeed(of: stream, after: seq, read: read) }
    }

    private static func take(_ count: Int, from feed: inout EntryFeed) async throws -> [Int64] {
        var seqs: [Int64] = []
        while seqs.count < count, let entries = try await feed.next() { seqs += entries.map(\.seq) }
        return seqs
    }

    @Test func startIsReadFromTheHistoryAndTheRestFromMemory() async throws {
        let log = Log(capacity: 100)
        log.append(600)
        var feed = log.feed(after: 10)
        #expect(try await Self.take(590, from: &feed) == Array(11...600))
        let reads = log.readCount
        for _ in 0..<20 { log.append(3) }
        #expect(try await Self.take(60, from: &feed) == Array(601...660))
        #expect(log.readCount <= reads + 1)
    }

    @Test func readerThatIsTooSlowReadsTheHistory() async throws {
        let log = Log(capacity: 4)
        log.append(1)
        var feed = log.feed(after: 0)
        #expect(try await Self.take(1, from: &feed) == [1])
        for _ in 0..<50 { log.append(2) }
        #expect(try await Self.take(100, from: &feed) == Array(2...101))
    }

    @Test func archivedLinesAreLeftOut() async throws {
        let log = Log(capacity: 4)
        log.append(20)
        log.archive(through: 15)
        var feed = log.feed(after: 3)
        #expect(try await Self.take(5, from: &feed) == Array(16...20))
        log.append(1)
        #expect(try await Self.take(1, from: &feed) == [21])
    }

    @Test func endOfTheStreamIsTheEndOnceAllIsTold() async throws {
        let log = Log(capacity: 100)
        log.append(2)
        var feed = log.feed(after: 0)
        _ = try await Self.take(2, from: &feed)
        log.append(1)
        log.stream.end()
        #expect(try await Self.take(9, from: &feed) == [3])
        #expect(try await feed.next() == nil)
    }

    @Test(arguments: (0..<40).map { UInt64($0) })
    func eachEntryComesOnceAndInOrder(seed: UInt64) async throws {
        var dice = SplitMix64(seed: seed)
        let log = Log(capacity: Int.random(in: 1...8, using: &dice))
        log.append(Int.random(in: 0...700, using: &dice))
        let start = Int64.random(in: 0...log.count, using: &dice)
        var (feed, seqs) = (log.feed(after: start), [Int64]())
        for _ in 0..<60 {
            for _ in 0..<Int.random(in: 0...12, using: &dice) { log.append(Int.random(in: 0...3, using: &dice)) }
            guard Bool.random(using: &dice), start + Int64(seqs.count) < log.count else { continue }
            if let entries = try await feed.next() { seqs += entries.map(\.seq) }
        }
        log.stream.end()
        while let entries = try await feed.next() { seqs += entries.map(\.seq) }
        #expect(seqs == Array((start + 1)...max(start + 1, log.count)).filter { $0 <= log.count }, "seed \(seed)")
    }
}
