import ControlAPI
import Logging
import RotationConfiguration
import RotationEngine
import ServiceLifecycle
import Synchronization

/// Runs the engine until a graceful shutdown; then starts nothing new and waits for the work in flight.
struct EngineService: Service {
    let runtime: DaemonRuntime
    let manager: ServiceManager

    func run() async throws {
        await withGracefulShutdownHandler {
            await runtime.engine.run(sourceWatch: runtime.makeSourceWatch())
        } onGracefulShutdown: {
            runtime.lock.announce(.stopping)
            manager.notify(.stopping, .status("waiting for work in flight"))
            runtime.stop()
        }
    }
}

/// Serves the control socket.
///
/// It stops last, so that commands get answers as long as the engine runs.
struct ControlService: Service {
    let runtime: DaemonRuntime
    let readiness: Readiness

    func run() async throws {
        let server = runtime.controlServer()
        // Not a child of this task: a server that sees the shutdown closes connections on which a request is about to
        // arrive.
        let serving = Task.detached { try await server.run { readiness.countDown() } }
        try await withTaskCancellationHandler {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    do { try await serving.value } catch is CancellationError {}
                }
                group.addTask {
                    do { try await gracefulShutdown() } catch is CancellationError { return }
                    // Each connected caller gets an answer: otherwise it could not know whether its request was
                    // accepted.
                    await server.drain()
                }
                defer {
                    serving.cancel()
                    group.cancelAll()
                }
                try await group.next()
            }
        } onCancel: {
            serving.cancel()
        }
    }
}

/// Holds each hub against the history once a day, beside the rotations.
struct DriftService: Service {
    let runtime: DaemonRuntime

    func run() async throws {
        let daily = runtime.dailyDrift()
        await cancelWhenGracefulShutdown { await daily.run() }
    }
}

/// Handles the arrivals of one signal, one after the other.
struct SignalService: Service {
    let signal: DaemonSignal
    let runtime: DaemonRuntime
    let manager: ServiceManager
    let readiness: Readiness

    func run() async throws {
        let arrivals = signal.stream { readiness.countDown() }
        for await _ in arrivals.cancelOnGracefulShutdown() {
            switch signal {
            case .reload:
                manager.notify(.reloading)
                let isNew = await runtime.reload()
                let trouble = isNew ? "" : "; reload failed: the old configuration stays, see secret-rotator check"
                manager.notify(.ready, .status(readiness.statusText(of: runtime) + trouble))
            case .rotate: await runtime.rotateAll()
            }
        }
    }
}

/// Notifies systemd's watchdog at half its interval, while the engine makes progress and engine and store answer.
struct WatchdogService: Service {
    let watchdog: Watchdog
    let interval: Duration

    init(runtime: DaemonRuntime, manager: ServiceManager, interval: Duration, logger: Logger) {
        self.interval = interval
        watchdog = Watchdog(
            .init(
                liveness: runtime.liveness,
                notify: { manager.notify(.watchdog) },
                logger: logger
            )
        )
    }

    func run() async throws {
        let pause = interval / 2
        let ticks = AsyncStream {
            try? await Task.sleep(for: pause)
            return Task.isCancelled ? nil : ()
        }
        try await cancelWhenGracefulShutdown { [watchdog] in try await watchdog.run(ticks: ticks) }
    }
}

/// Announces the daemon as ready once all its signals are watched.
final class Readiness: Sendable {
    private let missing: Mutex<Int>
    private let announce: @Sendable () -> Void

    init(count: Int, announce: @escaping @Sendable () -> Void) {
        missing = Mutex(count)
        self.announce = announce
    }

    func countDown() {
        let left = missing.withLock { missing in
            missing -= 1
            return missing
        }
        if left == 0 { announce() }
    }

    func statusText(of runtime: DaemonRuntime) -> String {
        let count = runtime.configuration.hubs.count
        return "serving \(count) \(count == 1 ? "hub" : "hubs")"
    }
}
