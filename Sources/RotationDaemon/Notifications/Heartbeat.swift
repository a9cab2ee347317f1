import Glibc
import Logging
import Notifications
import Synchronization

/// Sends a sign of life while the daemon does its work: its absence raises an alarm elsewhere.
///
/// It judges as systemd's watchdog does, and that the history can be written, too. It is never the reason for a stop.
final class Heartbeat: Sendable {
    /// The parts that are watched, and what is sent.
    struct Environment: Sendable {
        var liveness: Liveness
        /// Why the history can't be written; nil if it can.
        var storageProblem: @Sendable () -> String?
        /// Sends the sign of life.
        var send: @Sendable () async throws -> Void
        var logger: Logger
    }

    private let environment: Environment
    /// How many ticks came since the one that is not done yet; nil if all are done.
    private let waiting = Mutex<Int?>(nil)
    /// Why the last one was not sent.
    private let reason = Mutex<String?>(nil)

    init(_ environment: Environment) {
        self.environment = environment
    }

    /// Sends one at each tick, unless the one before is not done yet.
    ///
    /// - Parameter sendsFirst: Whether one is sent at once: a stop may have removed the last one's file.
    func run<Ticks: AsyncSequence>(ticks: Ticks, sendsFirst: Bool = false) async throws where Ticks.Element == Void {
        if sendsFirst { tick() }
        for try await _ in ticks { tick() }
    }

    private func tick() {
        let before = waiting.withLock { waiting in
            defer { waiting = (waiting ?? -1) + 1 }
            return waiting
        }
        if let before {
            // One that takes longer than an interval once is no reason to speak of.
            if before > 0 { note("the one before is not done: engine, store or receiver do not answer") }
            return
        }
        // Not a child of the caller's task: one that hangs must not delay the daemon's end.
        Task.detached { [self] in
            await beat()
            waiting.withLock { $0 = nil }
        }
    }

    private func beat() async {
        if let failure = await environment.liveness.failure() { return note("\(failure)") }
        if let problem = environment.storageProblem() { return note(problem) }
        do { try await environment.send() } catch { return note("\(error)") }
        note(nil)
    }

    /// Logs why none is sent when that begins, and when it ends.
    private func note(_ text: String?) {
        let last = reason.withLock { reason in
            defer { reason = text }
            return reason
        }
        switch (text, last) {
        case (let text?, nil): environment.logger.warning("no heartbeat is sent: \(text)")
        case (nil, _?): environment.logger.notice("heartbeats are sent again")
        default: break
        }
    }

    /// Sets the time of a file to now, and makes it where it is missing.
    static func touch(_ path: String) throws(FileFailure) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0o644)
        guard descriptor >= 0 else { throw .init(path: path, code: errno) }
        defer { close(descriptor) }
        guard futimens(descriptor, nil) == 0 else { throw .init(path: path, code: errno) }
    }
}
