import ControlAPI
import Logging
import RotationConfiguration
import RotationEngine
import ServiceLifecycle
import Synchronization

/// Runs the engine until a graceful shutdown; then begins nothing new and waits for what is in flight.
struct EngineService: Service {
    let runtime: DaemonRuntime
    let manager: ServiceManager

    func run() async throws {
        await withGracefulShutdownHandler {
            await runtime.engine.run(sourceWatch: runtime.makeSourceWatch())
        } onGracefulShutdown: {
            runtime.lock.announce(.stopping)
            manager.notify(.stopping, .status("ending what is in flight"))
            runtime.stop()
        }
    }
}

/// Serves the control socket; the last service to go, so that commands are answered for as long as the engine runs.
struct ControlService: Service {
    let runtime: DaemonRuntime
    let readiness: Readiness

    func run() async throws {
        let server = runtime.controlServer()
        // No child of this task: a server that hears of the shutdown closes the connections of those who are about to ask.
        let serving = Task.detached { try await server.run { readiness.countDown() } }
        try await withTaskCancellationHandler {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    do { try await serving.value } catch is CancellationError {}
                }
                group.addTask {
                    do { try await gracefulShutdown() } catch is CancellationError { return }
                    // Whoever has come gets an answer: a request that was taken in must not look like one that was not.
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

/// Hands one signal on, one arrival after the other.
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

/// Tells systemd at half the interval that it asks for that the engine moves, and that engine and store answer.
struct WatchdogService: Service {
    let watchdog: Watchdog
    let interval: Duration

    init(runtime: DaemonRuntime, manager: ServiceManager, interval: Duration, logger: Logger) {
        self.interval = interval
        watchdog = Watchdog(
            .init(
                stall: { [progress = runtime.engine.progress] in progress.stall() },
                heartbeat: { try await runtime.heartbeat() },
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
