package import ControlAPI
import Dispatch
import Foundation
package import RotationCore
import Scheduling
import Synchronization

/// Writes log lines on a thread of its own: a reader of standard error that stops reading holds up that thread alone.
///
/// ``append(_:)`` never waits. Lines for which there is no room are dropped and counted, and a line says so where they are
/// missing.
package final class LogWriter: Sendable {
    /// A single write that takes longer is stuck.
    package static let patience = Duration.seconds(10)

    private let lines: LogLines
    private let clock: any Clock

    /// Starts the thread.
    ///
    /// - Parameters:
    ///   - clock: The system's if not given.
    ///   - describeGap: Makes the line that says how many lines were dropped.
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

    /// Has a line written, or drops and counts it.
    package func append(_ line: String) {
        lines.append(line)
    }

    /// Waits until all lines are written, but no longer than a limit.
    ///
    /// - Returns: Whether all are.
    @discardableResult
    package func flush(within limit: Duration) -> Bool {
        guard let done = lines.whenWritten() else { return true }
        let milliseconds = limit / .milliseconds(1)
        return done.wait(timeout: .now() + .milliseconds(Int(milliseconds))) == .success
    }

    /// What `status` says of the log.
    package var health: LogHealth {
        let (dropped, droppedAt, writingSince) = lines.facts
        let now = clock.now
        let stuck = writingSince.map { clock.uptime - $0 }.flatMap { $0 > Self.patience ? $0 : nil }
        return LogHealth(
            linesDropped: dropped,
            droppedAt: droppedAt,
            blockedSince: stuck.map { now.advanced(by: .zero - $0) }
        )
    }
}

/// The lines that producers and the thread share.
private final class LogLines: Sendable {
    fileprivate struct State {
        var queue: LogQueue
        /// Whether the thread was woken, and has not yet found the queue empty.
        var isAwake = false
        var hasEnded = false
        /// When the write under way began, since boot.
        var writingSince: Duration?
        var dropped = 0
        var droppedAt: Instant?
        /// Who waits for the queue to be empty.
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
            return !state.rouse()
        }
        if isAsleep { wake.signal() }
    }

    func end() {
        state.withLock { $0.hasEnded = true }
        wake.signal()
    }

    /// Returns what is written next once there is something; nil once nothing will come.
    func waitForNext() -> LogQueue.Element? {
        while true {
            let (element, waiting, hasEnded) = state.withLock { $0.next(uptime: clock.uptime) }
            for each in waiting { each.signal() }
            if let element { return element }
            if hasEnded { return nil }
            wake.wait()
        }
    }

    /// Signalled once all is written; nil where all is.
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
    /// - Returns: Whether the thread is awake already.
    fileprivate mutating func rouse() -> Bool {
        defer { isAwake = true }
        return isAwake
    }

    /// The thread comes back for more: what it had is written.
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
