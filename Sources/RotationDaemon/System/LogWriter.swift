package import ControlAPI
import Dispatch
import Foundation
package import RotationCore
import Scheduling
import Synchronization

/// Writes log lines on its own thread, so that a blocked standard error blocks only that thread.
///
/// ``append(_:)`` never waits. If the queue is full, lines are dropped and counted, and a line with their number
/// replaces them.
package final class LogWriter: Sendable {
    /// The time after which a single write counts as blocked.
    package static let blockedAfter = Duration.seconds(10)

    private let lines: LogLines
    private let clock: any Clock

    /// Starts the thread.
    ///
    /// - Parameters:
    ///   - clock: By default the system's clock.
    ///   - describeGap: Creates the line for a number of dropped lines.
    ///   - write: Writes a line; may block.
    package convenience init(
        clock: any Clock = SystemClock(),
        describeGap: @escaping @Sendable (Int) -> String,
        write: @escaping @Sendable (String) -> Void
    ) {
        self.init(limits: .standard, clock: clock, describeGap: describeGap, write: write)
    }

    init(
        limits: LogQueue.Limits,
        clock: any Clock,
        describeGap: @escaping @Sendable (Int) -> String,
        write: @escaping @Sendable (String) -> Void
    ) {
        let lines = LogLines(limits: limits, clock: clock)
        self.lines = lines
        self.clock = clock
        let thread = Thread {
            while let element = lines.waitForNext() {
                switch element {
                case .line(let text): write(text)
                case .gap(let count): write(describeGap(count))
                }
            }
        }
        thread.name = "log"
        thread.start()
    }

    deinit {
        lines.end()
    }

    /// Queues a line, or drops and counts it.
    package func append(_ line: String) {
        lines.append(line)
    }

    /// Waits until all lines are written, or until a time-out.
    ///
    /// - Returns: Whether all lines are written.
    @discardableResult
    package func flush(within limit: Duration) -> Bool {
        guard let done = lines.whenWritten() else { return true }
        let milliseconds = limit / .milliseconds(1)
        return done.wait(timeout: .now() + .milliseconds(Int(milliseconds))) == .success
    }

    /// The health of the log, for `status`.
    package var health: LogHealth {
        let (dropped, droppedAt, writingSince) = lines.facts
        let now = clock.now
        let stuck = writingSince.map { clock.uptime - $0 }.flatMap { $0 > Self.blockedAfter ? $0 : nil }
        return LogHealth(
            linesDropped: dropped,
            droppedAt: droppedAt,
            blockedSince: stuck.map { now.advanced(by: .zero - $0) }
        )
    }
}

/// The queue that producers and the writer thread share.
private final class LogLines: Sendable {
    fileprivate struct State {
        var queue: LogQueue
        /// Whether the thread is awake: it was woken and has not yet found the queue empty.
        var isAwake = false
        var hasEnded = false
        /// When the current write began, as time since boot.
        var writingSince: Duration?
        var dropped = 0
        var droppedAt: Instant?
        /// Callers that wait for an empty queue.
        var waiting: [DispatchSemaphore] = []
    }

    private let state: Mutex<State>
    private let wake = DispatchSemaphore(value: 0)
    private let clock: any Clock

    init(limits: LogQueue.Limits, clock: any Clock) {
        state = Mutex(State(queue: LogQueue(limits: limits)))
        self.clock = clock
    }

    func append(_ line: String) {
        let isAsleep = state.withLock { state in
            if !state.queue.append(line) {
                state.dropped += 1
                state.droppedAt = clock.now
            }
            return !state.markAwake()
        }
        if isAsleep { wake.signal() }
    }

    func end() {
        state.withLock { $0.hasEnded = true }
        wake.signal()
    }

    /// Waits for the next element; nil once the queue has ended.
    func waitForNext() -> LogQueue.Element? {
        while true {
            let (element, waiting, hasEnded) = state.withLock { $0.next(uptime: clock.uptime) }
            for each in waiting { each.signal() }
            if let element { return element }
            if hasEnded { return nil }
            wake.wait()
        }
    }

    /// A semaphore that is signalled once all lines are written; nil if they are.
    func whenWritten() -> DispatchSemaphore? {
        state.withLock { state in
            guard !state.queue.isEmpty || state.writingSince != nil else { return nil }
            let semaphore = DispatchSemaphore(value: 0)
            state.waiting.append(semaphore)
            return semaphore
        }
    }

    var facts: (dropped: Int, droppedAt: Instant?, writingSince: Duration?) {
        state.withLock { ($0.dropped, $0.droppedAt, $0.writingSince) }
    }
}

extension LogLines.State {
    /// - Returns: Whether the thread was awake already.
    fileprivate mutating func markAwake() -> Bool {
        defer { isAwake = true }
        return isAwake
    }

    /// Returns the next element to the thread, which has written the previous one.
    fileprivate mutating func next(
        uptime: Duration
    ) -> (element: LogQueue.Element?, waiting: [DispatchSemaphore], hasEnded: Bool) {
        let element = queue.next()
        writingSince = element == nil ? nil : uptime
        guard element == nil else { return (element, [], hasEnded) }
        isAwake = false
        defer { waiting = [] }
        return (nil, waiting, hasEnded)
    }
}
