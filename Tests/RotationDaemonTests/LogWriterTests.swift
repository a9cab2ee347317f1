import ControlAPI
import Dispatch
import Scheduling
import Synchronization
import TestSupport
import Testing

@testable import RotationDaemon

/// Lines reach a reader that may stop reading.
@Suite(.timeLimit(.minutes(5)))
struct LogWriterTests {
    /// A reader that reads nothing until it is told to.
    private final class Reader: Sendable {
        private let state = Mutex<(lines: [String], isReading: Bool, isBlocking: Bool)>(([], false, false))
        private let gate = DispatchSemaphore(value: 0)

        func write(_ line: String) {
            let mustWait = state.withLock { state in
                state.isBlocking = !state.isReading
                return state.isBlocking
            }
            if mustWait { gate.wait() }
            state.withLock { $0.lines.append(line) }
        }

        /// Reads all from now on.
        func read() {
            let isBlocking = state.withLock { state in
                state.isReading = true
                return state.isBlocking
            }
            if isBlocking { gate.signal() }
        }

        var lines: [String] { state.withLock { $0.lines } }
        var isBlocking: Bool { state.withLock { $0.isBlocking } }
    }

    /// A writer whose thread is blocked in its first write.
    private static func blocked(_ reader: Reader, clock: ManualClock = ManualClock()) async throws -> LogWriter {
        let limits = LogQueue.Limits(lines: 4, bytes: 1000)
        let writer = LogWriter(limits: limits, clock: clock, describeGap: { "gap \($0)" }, write: reader.write)
        writer.append("first")
        try await eventually("the thread writes") { reader.isBlocking }
        return writer
    }

    @Test func linesAreWrittenInOrder() {
        let reader = Reader()
        reader.read()
        let writer = LogWriter(describeGap: { "gap \($0)" }, write: reader.write)
        let lines = (0..<1000).map { "\($0)" }
        for line in lines { writer.append(line) }
        #expect(writer.flush(within: .seconds(60)))
        #expect(reader.lines == lines)
        #expect(writer.health.linesDropped == 0 && writer.health.droppedAt == nil)
    }

    @Test func producersNeverWaitAndWhatIsDroppedIsCounted() async throws {
        let (reader, clock) = (Reader(), ManualClock())
        let writer = try await Self.blocked(reader, clock: clock)
        for number in 1...10 { writer.append("\(number)") }
        #expect(writer.health.linesDropped == 6)
        #expect(writer.health.droppedAt == clock.now)
        reader.read()
        #expect(writer.flush(within: .seconds(60)))
        #expect(reader.lines == ["first", "1", "2", "3", "4", "gap 6"])
        writer.append("last")
        #expect(writer.flush(within: .seconds(60)))
        #expect(reader.lines.last == "last")
        #expect(writer.health.linesDropped == 6)
    }

    @Test func flushGivesUp() async throws {
        let reader = Reader()
        let writer = try await Self.blocked(reader)
        #expect(!writer.flush(within: .zero))
        reader.read()
        #expect(writer.flush(within: .seconds(60)))
        #expect(reader.lines == ["first"])
    }

    @Test func writeThatTakesTooLongIsStuck() async throws {
        let (reader, clock) = (Reader(), ManualClock())
        let writer = try await Self.blocked(reader, clock: clock)
        let begun = clock.now
        clock.advance(by: LogWriter.blockedAfter)
        #expect(writer.health.blockedSince == nil)
        clock.advance(by: .seconds(1))
        #expect(writer.health.blockedSince == begun)
        reader.read()
        #expect(writer.flush(within: .seconds(60)))
        #expect(writer.health.blockedSince == nil)
    }
}
