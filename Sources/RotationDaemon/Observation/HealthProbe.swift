import Synchronization

/// Judges whether the engine makes progress, as systemd's watchdog does: its passes are not stuck, and engine and store answer.
///
/// It never waits longer than its limit, whatever hangs, and asks one question at a time.
final class HealthProbe: Sendable {
    private struct State {
        var isAsking = false
        var waiting: [UInt64: CheckedContinuation<Bool, Never>] = [:]
        var next: UInt64 = 0
    }

    private let state = Mutex(State())
    private let stall: @Sendable () -> Duration?
    private let heartbeat: @Sendable () async throws -> Void
    private let limit: Duration

    /// - Parameters:
    ///   - stall: How long the engine has made no progress; nil if it makes progress.
    ///   - heartbeat: Returns once engine and store have answered.
    init(
        limit: Duration = .seconds(2),
        stall: @escaping @Sendable () -> Duration?,
        heartbeat: @escaping @Sendable () async throws -> Void
    ) {
        (self.limit, self.stall, self.heartbeat) = (limit, stall, heartbeat)
    }

    /// Whether the engine makes progress.
    func isAlive() async -> Bool {
        guard stall() == nil else { return false }
        return await withCheckedContinuation { continuation in
            let (id, mustAsk) = state.withLock { state in
                state.next += 1
                state.waiting[state.next] = continuation
                defer { state.isAsking = true }
                return (state.next, !state.isAsking)
            }
            // Neither is a child of the caller's task: a heartbeat that hangs must not hold the answer.
            if mustAsk { Task.detached { [self] in await ask() } }
            Task.detached { [self, limit] in
                try? await Task.sleep(for: limit)
                state.withLock { $0.waiting.removeValue(forKey: id) }?.resume(returning: false)
            }
        }
    }

    private func ask() async {
        let isAnswered = (try? await heartbeat()) != nil
        let waiting = state.withLock { state in
            state.isAsking = false
            defer { state.waiting = [:] }
            return state.waiting.values
        }
        for continuation in waiting { continuation.resume(returning: isAnswered) }
    }
}
