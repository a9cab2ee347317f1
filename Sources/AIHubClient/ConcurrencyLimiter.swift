package import RotationCore
import Synchronization

/// Limits a hub's requests: it gives ``RotationCore/SendPermit``s up to a number in flight and a rate.
package final class ConcurrencyLimiter: Sendable {
    private let state: Mutex<State>

    /// - Parameters:
    ///   - maxInFlight: The largest number of permits at the same time.
    ///   - rate: The rate limit of permits.
    package init(maxInFlight: Int, rate: RequestRate) {
        state = Mutex(State(free: maxInFlight, bucket: TokenBucket(rate: rate, now: .now)))
    }

    /// Waits for a place in flight, in the order of calls, then for a token of the rate limit.
    ///
    /// - Throws: ``RotationCore/HubError`` `notSent` after ``close()``, or if the task is cancelled.
    package func permit() async throws(HubError) -> SendPermit {
        guard await hasTakenPlace() else { throw HubError(.notSent) }
        // From here on each path must release the place.
        let permit = SendPermit { [self] in leave() }
        let start = state.withLock { $0.bucket.reserve(now: .now) }
        // Sleep in slices, so that a closed limiter is noticed within a second.
        while isOpen, ContinuousClock.now < start {
            try? await ContinuousClock().sleep(until: min(start, .now + .seconds(1)))
        }
        guard isOpen else { throw HubError(.notSent) }
        return permit
    }

    /// Ends all waits; no more permits are given.
    package func close() {
        let waiting = state.withLock { $0.close() }
        for waiter in waiting { waiter.continuation.resume(returning: false) }
    }

    /// Whether this task can still get a permit.
    private var isOpen: Bool {
        !Task.isCancelled && state.withLock { !$0.isClosed }
    }

    /// Waits for a place in flight.
    ///
    /// - Returns: Whether the task has a place; false if the limiter was closed or the task cancelled.
    private func hasTakenPlace() async -> Bool {
        let id = state.withLock { $0.makeID() }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                // A later cancellation finds the waiter, because it is added before the lock is released.
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
        // The place goes to the call that has waited longest.
        state.withLock { $0.leave() }?.continuation.resume(returning: true)
    }
}

extension ConcurrencyLimiter {
    /// A waiting call.
    private struct Waiter {
        var id: Int
        var continuation: CheckedContinuation<Bool, Never>
    }

    /// The free places and the waiting calls; the caller resumes continuations outside the lock.
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

        /// Whether there is a place; nil if the call must wait.
        mutating func enter(_ waiter: Waiter) -> Bool? {
            if isClosed { return false }
            guard free > 0 else {
                waiting.append(waiter)
                return nil
            }
            free -= 1
            return true
        }

        /// Releases a place, or returns the next waiter, which gets it.
        mutating func leave() -> Waiter? {
            guard waiting.isEmpty else { return waiting.removeFirst() }
            free += 1
            return nil
        }

        mutating func removeWaiter(_ id: Int) -> Waiter? {
            waiting.firstIndex { $0.id == id }.map { waiting.remove(at: $0) }
        }

        /// Closes the limiter and returns all waiters.
        mutating func close() -> [Waiter] {
            isClosed = true
            defer { waiting = [] }
            return waiting
        }
    }
}
