import Synchronization

/// Waits for any number of deadlines by one sleep.
///
/// A `Task.sleep` that is cancelled keeps its task and its timer in memory until its time has come: with a time-out of
/// 30 s for each of 1,000 requests a second, these would be 30,000 at a time, each of half a kilobyte.
package final class Deadlines: Sendable {
    /// Those of all time-outs.
    static let shared = Deadlines()

    private struct State {
        var waiting: [UInt64: (deadline: ContinuousClock.Instant, continuation: CheckedContinuation<Void, Never>)] = [:]
        var nextID: UInt64 = 0
        /// The end of the sleep that looks for what is due; nil for none.
        var wakesAt: ContinuousClock.Instant?
        /// How many sleeps there are; all but one were overtaken by an earlier deadline.
        var sleeps = 0
    }

    private let state = Mutex(State())

    package init() {}

    /// How many wait.
    package var waiting: Int { state.withLock { $0.waiting.count } }

    /// How many sleeps there are.
    package var sleeps: Int { state.withLock { $0.sleeps } }

    /// Returns once a deadline has come, or the task is cancelled.
    package func wait(until deadline: ContinuousClock.Instant) async {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { add($0, id, deadline) }
        } onCancel: {
            state.withLock { $0.waiting.removeValue(forKey: id) }?.continuation.resume()
        }
    }

    private func add(
        _ continuation: CheckedContinuation<Void, Never>,
        _ id: UInt64,
        _ deadline: ContinuousClock.Instant
    ) {
        let (isCancelled, mustSleep) = state.withLock { state in
            // A later cancellation finds it, because it is added before the lock is released.
            guard !Task.isCancelled else { return (true, false) }
            state.waiting[id] = (deadline, continuation)
            guard state.wakesAt.map({ deadline < $0 }) ?? true else { return (false, false) }
            state.wakesAt = deadline
            state.sleeps += 1
            return (false, true)
        }
        if isCancelled { continuation.resume() }
        // It outlives this wait: later ones share it.
        if mustSleep { Task.detached { await self.sleep(until: deadline) } }
    }

    /// Sleeps until the first deadline, and on to the next one, until there is none or an earlier sleep has taken over.
    private func sleep(until first: ContinuousClock.Instant) async {
        var end: ContinuousClock.Instant? = first
        while let deadline = end {
            try? await ContinuousClock().sleep(until: deadline)
            end = wake(from: deadline)
        }
    }

    /// Ends the waits that are due.
    ///
    /// - Returns: The next deadline; nil where this sleep is the last one or not the first one.
    private func wake(from end: ContinuousClock.Instant) -> ContinuousClock.Instant? {
        let (due, next) = state.withLock { state in
            guard state.wakesAt == end else {
                state.sleeps -= 1
                return ([CheckedContinuation<Void, Never>](), ContinuousClock.Instant?.none)
            }
            let now = ContinuousClock.now
            let due = state.waiting.filter { $0.value.deadline <= now }
            for id in due.keys { state.waiting[id] = nil }
            state.wakesAt = state.waiting.values.map(\.deadline).min()
            if state.wakesAt == nil { state.sleeps -= 1 }
            return (due.values.map(\.continuation), state.wakesAt)
        }
        for continuation in due { continuation.resume() }
        return next
    }
}
