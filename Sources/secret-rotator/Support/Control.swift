import ControlAPI
import Glibc
import RotationDaemon
import RotationEngine
import RotationStore
import ValueGenerators

/// How changing commands have their operation done: by the daemon where one runs, which is the only writer then; else
/// under its lock, in this process, by the same code.
enum Control {
    /// How long a daemon that is starting or stopping, or another command, is waited for.
    private static let patience = Duration.seconds(15)
    private static let interval = Duration.milliseconds(100)

    /// Has an operation done.
    ///
    /// - Returns: Its answer, and whether a daemon gave it.
    static func perform<Operation: ControlOperation>(
        _ operation: Operation,
        _ configuration: Configuration
    ) async throws -> (answer: Operation.Answer, isDaemonRunning: Bool) {
        let deadline = ContinuousClock.now + patience
        while true {
            switch Self.lock(configuration) {
            case .success(let lock): return (try inProcess(operation, configuration, lock), false)
            case .failure(.held(_, let holder)):
                if let answer = try await ask(operation, holder, configuration) { return (answer, true) }
            case .failure(.system(_, let code)) where code == EACCES || code == EPERM:
                // The files are not this user's, but the socket may be.
                return (try await askWithoutLock(operation, configuration), true)
            case .failure(let failure): throw failure
            }
            guard ContinuousClock.now < deadline else { throw patienceLost(configuration) }
            try await Task.sleep(for: interval)
        }
    }

    private static func lock(_ configuration: Configuration) -> Result<DaemonLock, DaemonLock.Failure> {
        Result { () throws(DaemonLock.Failure) in
            try DaemonLock(database: configuration.database, role: .command)
        }
    }

    /// Asks the daemon; nil where it can't be reached yet or any more: it is starting or stopping.
    private static func ask<Operation: ControlOperation>(
        _ operation: Operation,
        _ holder: DaemonLock.Holder,
        _ configuration: Configuration
    ) async throws -> Operation.Answer? {
        guard holder.role == .ready || holder.role == .stopping else { return nil }
        do {
            return try await ControlClient(path: configuration.control).send(operation)
        } catch is ControlClient.Unreachable {
            // Nothing was sent. A daemon that is ready, and stays so, is out of this user's reach or misconfigured.
            return nil
        }
    }

    private static func askWithoutLock<Operation: ControlOperation>(
        _ operation: Operation,
        _ configuration: Configuration
    ) async throws -> Operation.Answer {
        do {
            return try await ControlClient(path: configuration.control).send(operation)
        } catch is ControlClient.Unreachable {
            throw ControlFailure(
                status: .notPermitted,
                message: "no daemon runs, and \(configuration.database) is not yours to write: "
                    + "start the daemon, or run this as its user or root"
            )
        }
    }

    private static func inProcess<Operation: ControlOperation>(
        _ operation: Operation,
        _ configuration: Configuration,
        _ lock: DaemonLock
    ) throws -> Operation.Answer {
        defer { StateFolder.giveBack(configuration.database) }
        return try withExtendedLifetime(lock) {
            let ledger = try Ledger(path: configuration.database, origin: Host.origin(), mayMigrate: true)
            defer { ledger.close() }
            let context = OperationContext(caller: .current, now: SystemClock().now, random: SystemRandom())
            return try operation.perform(on: ledger, context)
        }
    }

    private static func patienceLost(_ configuration: Configuration) -> ControlFailure {
        guard let holder = try? DaemonLock.holder(of: configuration.database) else {
            return ControlFailure(status: .timedOut, message: "\(configuration.database) is locked by another command")
        }
        let who = holder.pid.map { "process \($0)" } ?? "another process"
        let state = holder.role?.rawValue ?? "unknown"
        return ControlFailure(
            status: .unavailable,
            message: "\(configuration.database) is held by \(who) (\(state)), which can't be reached at "
                + "\(configuration.control): see systemctl status secret-rotator"
        )
    }
}
