package import ControlAPI
import Logging
package import Reporting
package import RotationConfiguration
import RotationCore
import RotationEngine
import RotationStore
package import Scheduling
import ServiceLifecycle
import ValueGenerators

/// Finds the problems of `status`; its words for people are those of the program.
package typealias FindProblems = @Sendable (Configuration, DaemonHealth, Instant) -> [ProblemNote]

/// Writes the metrics' file and serves the listener, as configured, until a graceful shutdown.
struct ObservationService: Service {
    private let observer: Observer
    private let textfile: TextfileWriter?
    private let server: ObservationServer?

    /// - Returns: nil if nothing is configured.
    init?(runtime: DaemonRuntime, findProblems: @escaping FindProblems) {
        let metrics = runtime.configuration.metrics
        guard !metrics.isOff else { return nil }
        let observer = Observer(runtime: runtime, findProblems: findProblems)
        self.observer = observer
        textfile = metrics.textfile.map { path in
            TextfileWriter(
                file: ReplacedFile(path: path, mode: 0o644),
                metrics: { await observer.observe().metrics },
                changes: observer.changes,
                logger: runtime.logger
            )
        }
        let probe = HealthProbe(runtime.liveness)
        server = metrics.listen.map { address in
            ObservationServer(
                address: address,
                environment: .init(
                    observe: { await observer.observe() },
                    changes: observer.changes,
                    isAlive: { await probe.isAlive() },
                    obstacle: { runtime.health.obstacle },
                    logger: runtime.logger
                )
            )
        }
    }

    func run() async throws {
        await cancelWhenGracefulShutdown { [observer, textfile, server] in
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await observer.run() }
                if let textfile { group.addTask { await textfile.run() } }
                if let server { group.addTask { await server.serve() } }
            }
        }
    }
}

extension Observer {
    /// An observer of a daemon in this process.
    init(runtime: DaemonRuntime, findProblems: @escaping FindProblems) {
        let reader = FigureReader(database: runtime.configuration.database, generators: BuiltInGenerators()) {
            findProblems(runtime.configuration, runtime.health, $0)
        }
        let origin = Host.origin()
        self.init(
            Environment(
                stream: runtime.store.stream,
                read: { await reader.read(hubs: $0, now: $1, isInPlace: runtime.store.replaced == nil) },
                seed: { try await reader.seed() },
                pulse: { runtime.pulse },
                clock: SystemClock(),
                host: origin.host,
                version: origin.version
            )
        )
    }
}

extension DaemonRuntime {
    /// The state of the daemon, from memory alone.
    fileprivate var pulse: Observer.Pulse {
        let progress = engine.progress
        return Observer.Pulse(
            hubs: configuration.hubs.keys.sorted(),
            obstacle: health.obstacle,
            isStalled: progress.stall() != nil,
            lastPass: progress.rest.map { SystemClock().now.advanced(by: .zero - $0) }
        )
    }
}

extension DaemonHealth {
    /// Why the daemon is not ready, or holds slots, in one word; nil if it is ready.
    var obstacle: String? {
        if let role, role != .ready { return role.rawValue }
        if let storage { return storage.problem.rawValue }
        return clockHeldSince == nil ? nil : "clock_unsynchronised"
    }
}
