import ControlAPI
import Glibc
import RotationConfiguration
import RotationCore
import RotationDaemon
import RotationStore
import Scheduling
import SecretMemory
import ValueGenerators

/// Performs a command's operation: the daemon does it where one runs, as it is the only writer then; otherwise this
/// process takes the lock and runs the same code.
enum Control {
    /// The longest wait for a daemon that is starting or stopping, or for another command.
    private static let lockTimeout = Duration.seconds(30)
    private static let interval = Duration.milliseconds(100)

    /// Performs an operation on the history.
    ///
    /// - Returns: Its answer, and whether a daemon gave it.
    static func perform<Operation: LedgerOperation>(
        _ operation: Operation,
        _ configuration: Configuration
    ) async throws -> (answer: Operation.Answer, isDaemonRunning: Bool) {
        try await perform(configuration) { client in
            try await client.send(operation) { warn($0) }
        } inProcess: {
            let queue = try LedgerActor(
                path: configuration.database,
                origin: Host.origin(),
                generators: BuiltInGenerators()
            )
            let position = queue.stream.position
            let plugIns = configuration.plugInHost { _ in }
            let check = GeneratorCheck {
                $0.makeGenerator(random: SystemRandom(), plugIns: plugIns) { SystemClock().now.rawValue }
            }
            let context = OperationContext(
                caller: .current,
                now: SystemClock().now,
                random: SystemRandom(),
                plan: { configuration.plan(of: $0) },
                refusal: { configuration.refusal(of: $0) },
                auditKey: { try configuration.readAuditKey() }
            )
            let result: Result<Operation.Answer, any Error>
            do {
                let generators = try await queue.withLedger { try operation.generators(in: $0.history) }
                for warning in try await check.ask(generators, status: Operation.refusal) { warn(warning) }
                result = .success(try await operation.perform(on: queue, context))
            } catch { result = .failure(error) }
            await queue.close()
            await CopyFollowUp.run(configuration, queue.stream, since: position)
            return try result.get()
        }
    }

    private static func warn(_ text: String) {
        printError("warning: \(text)\n")
    }

    /// Performs an operation that calls a hub.
    ///
    /// - Parameter value: The value to send beside the operation.
    static func perform<Operation: GatewayOperation>(
        _ operation: Operation,
        value: SecretValue? = nil,
        hub: String,
        _ configuration: Configuration
    ) async throws -> Operation.Answer {
        let timeout = (configuration.hubs[hub]?.timeout ?? .zero) * 2
        return try await perform(configuration) { client in
            try await client.send(operation, value: value, timeout: timeout)
        } inProcess: {
            try await LocalGateway.with(configuration) { gateway in
                try await operation.perform(value, at: gateway, for: .current)
            }
        }.answer
    }

    private static func perform<Answer>(
        _ configuration: Configuration,
        asking ask: (ControlClient) async throws -> Answer,
        inProcess: () async throws -> Answer
    ) async throws -> (answer: Answer, isDaemonRunning: Bool) {
        let client = ControlClient(path: configuration.control)
        let deadline = ContinuousClock.now + lockTimeout
        while true {
            switch Self.lock(configuration) {
            case .success(let lock):
                defer {
                    withExtendedLifetime(lock) {}
                    StateFolder.giveBack(configuration.database)
                }
                return (try await inProcess(), false)
            case .failure(.held(_, let holder)):
                // A daemon that is starting or stopping may not be reachable: try again.
                if holder.role == .ready || holder.role == .stopping {
                    do { return (try await ask(client), true) } catch is ControlClient.Unreachable {}
                }
            case .failure(.system(_, let code)) where code == EACCES || code == EPERM:
                // This user may not write the files, but may be allowed to use the socket.
                do { return (try await ask(client), true) } catch is ControlClient.Unreachable {
                    throw notWritable(configuration)
                }
            case .failure(let failure): throw failure
            }
            guard ContinuousClock.now < deadline else { throw lockTimedOut(configuration) }
            try await Task.sleep(for: interval)
        }
    }

    private static func lock(_ configuration: Configuration) -> Result<DaemonLock, DaemonLock.Failure> {
        Result { () throws(DaemonLock.Failure) in
            try DaemonLock(database: configuration.database, role: .command)
        }
    }

    private static func notWritable(_ configuration: Configuration) -> ControlFailure {
        ControlFailure(
            status: .notPermitted,
            message: "no daemon runs, and you may not write \(configuration.database): "
                + "start the daemon, or run this as its user or root"
        )
    }

    private static func lockTimedOut(_ configuration: Configuration) -> ControlFailure {
        guard let holder = try? DaemonLock.holder(of: configuration.database), holder.role != .command else {
            return ControlFailure(
                status: .timedOut,
                message: "\(configuration.database) is locked by another command: try again when it has ended"
            )
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

/// Calls hubs from this process, while no daemon runs.
private enum LocalGateway {
    static func with<T>(_ configuration: Configuration, _ body: (HubGateway) async throws -> T) async throws -> T {
        let clients = HubClients()
        let ledger = try LedgerActor(
            path: configuration.database,
            origin: Host.origin(),
            generators: BuiltInGenerators()
        )
        let gateway = HubGateway(
            queue: ledger,
            names: { Array(configuration.hubs.keys) },
            find: { name in
                guard let hub = configuration.hubs[name] else { return nil }
                let client = try clients.client(for: hub, name: name, source: configuration.path)
                return HubGateway.Hub(
                    api: client,
                    auditLog: hub.auditLog ? client : nil,
                    timeout: hub.timeout,
                    lateHold: hub.lateHold,
                    retryAfterCap: configuration.retry.retryAfterCap
                )
            },
            clock: SystemClock()
        )
        let position = ledger.stream.position
        let result: Result<T, any Error>
        do { result = .success(try await body(gateway)) } catch { result = .failure(error) }
        await clients.shutdown()
        await ledger.close()
        await CopyFollowUp.run(configuration, ledger.stream, since: position)
        return try result.get()
    }
}
