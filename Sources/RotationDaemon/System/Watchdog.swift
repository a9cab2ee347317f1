import Logging
import Synchronization

/// Notifies systemd's watchdog as long as the engine makes progress and answers.
///
/// It never waits for an answer: without one it sends no notification, and systemd restarts the daemon.
final class Watchdog: Sendable {
    /// The parts that are watched, and the notification.
    struct Environment: Sendable {
        var liveness: Liveness
        /// Notifies systemd.
        var notify: @Sendable () -> Void
        var logger: Logger
    }

    private struct State {
        var isAsking = false
        /// Whether the reason for missing notifications is already in the log.
        var isLogged = false
    }

    private let environment: Environment
    private let state = Mutex(State())

    init(_ environment: Environment) {
        self.environment = environment
    }

    /// Asks at each tick, unless the previous question has no answer yet.
    func run<Ticks: AsyncSequence>(ticks: Ticks) async throws where Ticks.Element == Void {
        for try await _ in ticks { tick() }
    }

    private func tick() {
        let isAsking = state.withLock { state in
            defer { state.isAsking = true }
            return state.isAsking
        }
        guard !isAsking else { return log(.silent) }
        // Not a child of the caller's task: an answer that does not come must not delay the daemon's end.
        Task.detached { [self] in
            if let failure = await environment.liveness.failure() { log(failure) } else { tell() }
            state.withLock { $0.isAsking = false }
        }
    }

    private func tell() {
        state.withLock { $0.isLogged = false }
        environment.notify()
    }

    /// Logs once why no notification is sent.
    private func log(_ failure: Liveness.Failure) {
        let isLogged = state.withLock { state in
            defer { state.isLogged = true }
            return state.isLogged
        }
        if !isLogged { environment.logger.critical("\(failure): systemd's watchdog is not notified") }
    }
}
