import ControlAPI
import Logging
import Notifications
import RotationConfiguration
import RotationCore
import ServiceLifecycle

/// Sends heartbeats at the interval of the configuration in force.
struct HeartbeatService: Service {
    let runtime: DaemonRuntime
    let logger: Logger

    func run() async throws {
        let heartbeat = Heartbeat(
            .init(
                liveness: runtime.liveness,
                storageProblem: { runtime.health.storage?.text },
                send: { try await Self.send(runtime.configuration.heartbeat?.target) },
                logger: logger
            )
        )
        let timer = HeartbeatTimer(settings: { runtime.configuration.heartbeat }, reloads: runtime.reloads)
        let ticks = AsyncStream<Void> { await timer.next() }
        let isWanted = runtime.configuration.heartbeat != nil
        try await cancelWhenGracefulShutdown { try await heartbeat.run(ticks: ticks, sendsFirst: isWanted) }
    }

    private static func send(_ target: Configuration.Heartbeat.Target?) async throws {
        switch target {
        case .file(let path): try Heartbeat.touch(path)
        case .url(let webhook): try await WebhookClient(webhook)?.deliver([])
        case nil: break
        }
    }
}
