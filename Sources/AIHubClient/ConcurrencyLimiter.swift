package import RotationCore
import Synchronization

/// Hands out a hub's ``RotationCore/SendPermit``s: so many at once, and so many in a length of time.
package final class ConcurrencyLimiter: Sendable {
    private let state: Mutex<State>

    /// - Parameters:
    ///   - maxInFlight: How many permits there may be at once.
    ///   - rate: How many may be given in a length of time.
    package init(maxInFlight: Int, rate: RequestRate) {
        state = Mutex(State(free: maxInFlight, bucket: TokenBucket(rate: rate, now: .now)))
    }

    /// Waits for a place, in the order of calls, then for a token of the rate.
    ///
    /// - Throws: ``RotationCore/HubError`` `notSent` after ``close()``, or where the task is cancelled.
    package func permit() async throws(HubError) -> SendPermit {
        guard await hasTakenPlace() else { throw HubError(.notSent) }
        // From here on the place is given back whatever happens.
        let permit = SendPermit { [self] in leave() }
        let start = state.withLock { $0.bucket.reserve(now: .now) }
        // Slept in slices, so that a closed limiter is noticed within a second.
        while isOpen, ContinuousClock.now < start {
            try? await ContinuousClock().sleep(until: min(start, .now + .seconds(1)))
        }
        guard isOpen else { throw HubError(.notSent) }
        return permit
    }

    /// Ends all waiting; no permit is given any more.
    package func close() {
        let waiting = state.withLock { $0.close() }
        for waiter in waiting { waiter.continuation.resume(returning: false) }
    }

    /// Whether this task may still get a permit.
    private var isOpen: Bool {
        !Task.isCancelled && state.withLock { !$0.isClosed }
    }

    /// Waits for a place.
    ///
    /// - Returns: Whether there is one; not where the limiter was closed, or the task cancelled.
    private func hasTakenPlace() async -> Bool {
        let id = state.withLock { $0.makeID() }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                // A task that is cancelled later finds its waiter, as that is there before the lock is given back.
                let answer = state.withLock { state in
                    Task.isCancelled ? false : state.enter(Waiter(id: id, continuation: continuation))
                }
                if let answer { continuation.resume(returning: answer) }
            }
        } onCancel: {
            state.withLock { $0.removeWaiter(id) }?.continuation.resume(returning: false)
        }
    }

    private func leave() {
        // The place goes over to the one that has waited longest.
        state.withLock { $0.leave() }?.continuation.resume(returning: true)
    }
}

extension ConcurrencyLimiter {
    /// A call that waits for a place.
    private struct Waiter {
        var id: Int
        var continuation: CheckedContinuation<Bool, Never>
    }

    /// Who has a place and who waits for one; resumes nobody itself.
    private struct State {
        var free: Int
        var bucket: TokenBucket
        var isClosed = false
        private var waiting: [Waiter] = []
        private var lastID = 0

        init(free: Int, bucket: TokenBucket) {
            (self.free, self.bucket) = (free, bucket)
        }

        mutating func makeID() -> Int {
            lastID += 1
            return lastID
        }

        /// Whether there is a place; nil where it is to be waited for.
        mutating func enter(_ waiter: Waiter) -> Bool? {
            if isClosed { return false }
            guard free > 0 else {
                waiting.append(waiter)
                return nil
            }
            free -= 1
            return true
        }

        /// Gives a place to the next one; nil where nobody waits.
        mutating func leave() -> Waiter? {
            guard waiting.isEmpty else { return waiting.removeFirst() }
            free += 1
            return nil
        }

        mutating func removeWaiter(_ id: Int) -> Waiter? {
            waiting.firstIndex { $0.id == id }.map { waiting.remove(at: $0) }
        }

        /// Everyone who waits.
        mutating func close() -> [Waiter] {
            isClosed = true
            defer { waiting = [] }
            return waiting
        }
    }
}
