import RotationCore
import Synchronization

/// Lets a hub's requests through, so many at once and so many a second.
package actor RequestGate {
    private let capacity: Int
    private var inFlight = 0
    private var bucket: TokenBucket
    private var waiting: [(id: Int, continuation: CheckedContinuation<Void, any Error>)] = []
    private var nextID = 0
    private nonisolated let isClosed = Atomic(false)

    /// - Parameters:
    ///   - maxInFlight: How many requests may be under way at once.
    ///   - rate: How many may begin in a length of time.
    package init(maxInFlight: Int, rate: RequestRate) {
        capacity = maxInFlight
        bucket = TokenBucket(rate: rate, now: .now)
    }

    /// Waits for a place and a token, runs the request, and gives the place back.
    ///
    /// - Throws: `CancellationError`, or ``HubError`` `notSent` after ``close()``, while it waits; else what the request
    ///   throws.
    nonisolated package func pass<T: Sendable>(_ request: () async throws -> T) async throws -> T {
        try await enter()
        do {
            let result = try await request()
            await leave()
            return result
        } catch {
            await leave()
            throw error
        }
    }

    /// Ends all waiting; nobody is let through any more.
    nonisolated package func close() {
        isClosed.store(true, ordering: .sequentiallyConsistent)
        Task { await releaseWaiting() }
    }

    private func releaseWaiting() {
        for waiter in waiting { waiter.continuation.resume(throwing: HubError(.notSent)) }
        waiting = []
    }

    private func checkOpen() throws {
        if isClosed.load(ordering: .sequentiallyConsistent) { throw HubError(.notSent) }
        try Task.checkCancellation()
    }

    /// Sleeps in slices, so that a closed gate is noticed within a second.
    private func sleep(until start: ContinuousClock.Instant) async throws {
        while ContinuousClock.now < start {
            try checkOpen()
            try await ContinuousClock().sleep(until: min(start, .now + .seconds(1)))
        }
        try checkOpen()
    }

    private func enter() async throws {
        try checkOpen()
        if inFlight < capacity {
            inFlight += 1
        } else {
            // `leave` hands its place over to us: `inFlight` already counts it.
            try await waitForPlace()
        }
        let start = bucket.reserve(now: .now)
        do {
            try await sleep(until: start)
        } catch {
            leave()
            throw error
        }
    }

    private func waitForPlace() async throws {
        let id = nextID
        nextID += 1
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                if isClosed.load(ordering: .sequentiallyConsistent) {
                    continuation.resume(throwing: HubError(.notSent))
                } else if Task.isCancelled {
                    continuation.resume(throwing: CancellationError())
                } else {
                    waiting.append((id, continuation))
                }
            }
        } onCancel: {
            Task { await self.stopWaiting(id) }
        }
    }

    private func stopWaiting(_ id: Int) {
        guard let index = waiting.firstIndex(where: { $0.id == id }) else { return }
        waiting.remove(at: index).continuation.resume(throwing: CancellationError())
    }

    private func leave() {
        if waiting.isEmpty {
            inFlight -= 1
        } else {
            waiting.removeFirst().continuation.resume()
        }
    }
}
