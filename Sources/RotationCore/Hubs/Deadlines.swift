import Synchronization

/// Waits for any number of deadlines by as few sleeps as can be.
///
/// A `Task.sleep` that is cancelled keeps its task and its timer in memory until its time has come: with a time-out of
/// 30 s for each of 1,000 requests a second, these would be 30,000 at a time, each of half a kilobyte. Here a sleep begins
/// only for a deadline before which no other sleep ends, and none is cancelled.
package final class Deadlines: Sendable {
    /// Those of time-outs and of waits for commits.
    package static let shared = Deadlines()

    private struct State {
        var waiting: [UInt64: (deadline: ContinuousClock.Instant, continuation: CheckedContinuation<Void, Never>)] = [:]
        var nextID: UInt64 = 0
        /// When the present sleeps end; for each deadline that is waited for there is one that is not later.
        var ends: Set<ContinuousClock.Instant> = []

        /// Adds the end of a sleep, if no other sleep ends by then.
        mutating func mustSleep(until deadline: ContinuousClock.Instant) -> Bool {
            guard ends.allSatisfy({ deadline < $0 }) else { return false }
            ends.insert(deadline)
            return true
        }
    }

    private let state = Mutex(State())

    package init() {}

    /// How many wait.
    package var waiting: Int { state.withLock { $0.waiting.count } }

    /// How many sleeps there are.
    package var sleeps: Int { state.withLock { $0.ends.count } }

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
            return (false, state.mustSleep(until: deadline))
        }
        if isCancelled { continuation.resume() }
        // It outlives this wait: later ones share it.
        if mustSleep { Task.detached { await self.sleep(until: deadline) } }
    }

    /// Sleeps until a deadline, and on to the next one, unless another sleep ends by then.
    private func sleep(until first: ContinuousClock.Instant) async {
        var end: ContinuousClock.Instant? = first
        while let deadline = end {
            try? await ContinuousClock().sleep(until: deadline)
            end = wake(from: deadline)
        }
    }

    /// Ends the waits that are due.
    ///
    /// - Returns: The next deadline to sleep for; nil for none.
    private func wake(from end: ContinuousClock.Instant) -> ContinuousClock.Instant? {
        let (due, next) = state.withLock { state in
            state.ends.remove(end)
            let now = ContinuousClock.now
            let due = state.waiting.filter { $0.value.deadline <= now }
            for id in due.keys { state.waiting[id] = nil }
            let next = state.waiting.values.map(\.deadline).min()
            return (due.values.map(\.continuation), next.flatMap { state.mustSleep(until: $0) ? $0 : nil })
        }
        for continuation in due { continuation.resume() }
        return next
    }
}
