import ControlAPI
import Logging
import Notifications
import RotationConfiguration
import RotationCore
import RotationEngine
import ServiceLifecycle

/// Sends heartbeats at the interval of the configuration in force.
struct HeartbeatService: Service {
    let runtime: DaemonRuntime
    let logger: Logger

    /// How often a configuration without a heartbeat is looked at again.
    private static let idle = Duration.seconds(60)

    func run() async throws {
        let heartbeat = Heartbeat(
            .init(
                stall: { [progress = runtime.engine.progress] in progress.stall() },
                storageProblem: { runtime.health.storage?.text },
                answer: { try await runtime.heartbeat() },
                send: { try await Self.send(runtime.configuration.heartbeat?.target) },
                logger: logger
            )
        )
        let ticks = AsyncStream<Void> {
            while !Task.isCancelled {
                let settings = runtime.configuration.heartbeat
                try? await Task.sleep(for: settings?.interval ?? Self.idle)
                if settings != nil { return Task.isCancelled ? nil : () }
            }
            return nil
        }
        try await cancelWhenGracefulShutdown { try await heartbeat.run(ticks: ticks) }
    }

    private static func send(_ target: Configuration.Heartbeat.Target?) async throws {
        switch target {
        case .file(let path): try Heartbeat.touch(path)
        case .url(let webhook): try await WebhookClient(webhook)?.deliver([])
        case nil: break
        }
    }
}
