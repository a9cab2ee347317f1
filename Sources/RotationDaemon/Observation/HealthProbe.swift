import Synchronization

/// Judges whether the engine makes progress, for callers that can't wait.
///
/// It never waits longer than its limit, whatever hangs, and asks one question at a time.
final class HealthProbe: Sendable {
    private struct State {
        var isAsking = false
        var waiting: [UInt64: CheckedContinuation<Bool, Never>] = [:]
        var next: UInt64 = 0
    }

    private let state = Mutex(State())
    private let liveness: Liveness
    private let limit: Duration

    init(_ liveness: Liveness, limit: Duration = .seconds(2)) {
        (self.liveness, self.limit) = (liveness, limit)
    }

    /// Whether the engine makes progress.
    func isAlive() async -> Bool {
        await withCheckedContinuation { continuation in
            let (id, mustAsk) = state.withLock { state in
                state.next += 1
                state.waiting[state.next] = continuation
                defer { state.isAsking = true }
                return (state.next, !state.isAsking)
            }
            // Neither is a child of the caller's task: a question that has no answer must not hold this one.
            if mustAsk { Task.detached { [self] in await ask() } }
            Task.detached { [self, limit] in
                try? await Task.sleep(for: limit)
                state.withLock { $0.waiting.removeValue(forKey: id) }?.resume(returning: false)
            }
        }
    }

    private func ask() async {
        let isAlive = await liveness.failure() == nil
        let waiting = state.withLock { state in
            state.isAsking = false
            defer { state.waiting = [:] }
            return state.waiting.values
        }
        for continuation in waiting { continuation.resume(returning: isAlive) }
    }
}
