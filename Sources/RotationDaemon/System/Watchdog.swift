import Logging
import Synchronization

/// Notifies systemd's watchdog as long as the engine makes progress and answers.
///
/// It never waits for an answer: without one it sends no notification, and systemd restarts the daemon.
final class Watchdog: Sendable {
    /// The parts that are watched, and the notification.
    struct Environment: Sendable {
        /// How long the engine has made no progress; nil if it makes progress.
        var stall: @Sendable () -> Duration?
        /// Returns once engine and store have answered.
        var heartbeat: @Sendable () async throws -> Void
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

    /// Sends a heartbeat at each tick, unless the previous one has no answer yet.
    func run<Ticks: AsyncSequence>(ticks: Ticks) async throws where Ticks.Element == Void {
        for try await _ in ticks { tick() }
    }

    private func tick() {
        let isAsking = state.withLock { state in
            defer { state.isAsking = true }
            return state.isAsking
        }
        guard !isAsking else { return log("engine or store do not answer: systemd's watchdog is not notified") }
        // Not a child of the caller's task: a hanging heartbeat must not delay the daemon's end.
        Task.detached { [self] in
            let isAnswered = (try? await environment.heartbeat()) != nil
            if isAnswered { tell() }
            state.withLock { $0.isAsking = false }
        }
    }

    private func tell() {
        if let stall = environment.stall() {
            return log("the engine has made no progress for \(stall): systemd's watchdog is not notified")
        }
        state.withLock { $0.isLogged = false }
        environment.notify()
    }

    /// Logs once why no notification is sent.
    private func log(_ text: String) {
        let isLogged = state.withLock { state in
            defer { state.isLogged = true }
            return state.isLogged
        }
        if !isLogged { environment.logger.critical("\(text)") }
    }
}
