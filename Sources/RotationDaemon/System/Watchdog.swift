import Logging
import Synchronization

/// Tells systemd that the daemon is alive, for as long as its engine moves and answers.
///
/// What does not answer is never waited for: nothing is told then, and systemd restarts the daemon.
final class Watchdog: Sendable {
    /// What is watched, and who is told.
    struct Environment: Sendable {
        /// For how long the engine has not moved; nil where it moves.
        var stall: @Sendable () -> Duration?
        /// Returns when engine and store answer.
        var heartbeat: @Sendable () async throws -> Void
        /// Tells systemd.
        var notify: @Sendable () -> Void
        var logger: Logger
    }

    private struct State {
        var isAsking = false
        /// Whether the log says why nothing is told.
        var isLogged = false
    }

    private let environment: Environment
    private let state = Mutex(State())

    init(_ environment: Environment) {
        self.environment = environment
    }

    /// Asks for an answer at each tick; a heartbeat that is not answered is not repeated.
    func run<Ticks: AsyncSequence>(ticks: Ticks) async throws where Ticks.Element == Void {
        for try await _ in ticks { tick() }
    }

    private func tick() {
        let isAsking = state.withLock { state in
            defer { state.isAsking = true }
            return state.isAsking
        }
        guard !isAsking else { return log("engine or store do not answer: systemd's watchdog is not told") }
        // No child of the caller's task: a heartbeat that hangs must not hold up the daemon's end.
        Task.detached { [self] in
            let isAnswered = (try? await environment.heartbeat()) != nil
            if isAnswered { tell() }
            state.withLock { $0.isAsking = false }
        }
    }

    private func tell() {
        if let stall = environment.stall() {
            return log("the engine has not moved for \(stall): systemd's watchdog is not told")
        }
        state.withLock { $0.isLogged = false }
        environment.notify()
    }

    /// Logs once why nothing is told.
    private func log(_ text: String) {
        let isLogged = state.withLock { state in
            defer { state.isLogged = true }
            return state.isLogged
        }
        if !isLogged { environment.logger.critical("\(text)") }
    }
}
