import Scheduling
import Synchronization

/// When an engine's passes begin and end: can be read while the engine itself does not answer.
///
/// Times are `CLOCK_MONOTONIC`, which stands still while the machine is suspended, as the timer of the look every minute
/// does: a night in suspend is no stall.
package final class PassProgress: Sendable {
    /// A pass that takes longer is stuck: it starts work and waits for storage alone, which gives up after seconds.
    package static let longestPass = Duration.seconds(120)
    /// No pass for longer than this means that nothing wakes the engine: the alarm looks every minute.
    package static let longestRest = Duration.seconds(180)

    private struct State {
        var isRunning = false
        /// When the pass under way began.
        var begunAt: Duration?
        /// When the last one ended; when the engine began, before the first one.
        var endedAt = Duration.zero
        var begun = 0
        var ended = 0
        var lateness = LatenessRecord()
    }

    private let state = Mutex(State())
    private let origin = SuspendingClock.now

    /// Of an engine that does not run yet.
    package init() {}

    /// The present time, as the instants here have it.
    package var now: Duration { origin.duration(to: .now) }

    /// How many passes have begun.
    package var begun: Int { state.withLock { $0.begun } }
    /// How many passes have ended.
    package var ended: Int { state.withLock { $0.ended } }

    /// For how long the engine has not moved, if that is longer than it may; nil where it moves, or does not run.
    ///
    /// - Parameter now: The present if not given.
    package func stall(now: Duration? = nil) -> Duration? {
        let now = now ?? self.now
        return state.withLock { state in
            guard state.isRunning else { return nil }
            let (since, limit) =
                state.begunAt.map { ($0, Self.longestPass) } ?? (state.endedAt, Self.longestRest)
            return now - since > limit ? now - since : nil
        }
    }

    /// The time since the last pass ended; nil before the first one.
    package var rest: Duration? {
        let now = now
        return state.withLock { $0.ended > 0 ? now - $0.endedAt : nil }
    }

    /// The engine runs, or does not run any more.
    func setRunning(_ isRunning: Bool) {
        let now = now
        state.withLock { state in
            (state.isRunning, state.begunAt, state.endedAt) = (isRunning, nil, now)
        }
    }

    /// - Parameter instant: The real time.
    func begin(at instant: Instant) {
        let now = now
        state.withLock { state in
            state.begunAt = now
            state.begun += 1
            state.lateness.noteBegin(instant)
        }
    }

    /// A slot is begun.
    func noteSlot(due: Instant) {
        state.withLock { $0.lateness.noteSlot(due: due) }
    }

    /// How late the newest slots were seen; nil where there was none.
    package var lateness: Lateness? { state.withLock { $0.lateness.summary } }

    func end() {
        let now = now
        state.withLock { state in
            (state.begunAt, state.endedAt) = (nil, now)
            state.ended += 1
        }
    }
}
