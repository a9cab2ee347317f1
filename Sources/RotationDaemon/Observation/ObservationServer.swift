import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import NIOPosix
import Reporting
import RotationConfiguration
import RotationCore
import ServiceLifecycle

/// The read-only HTTP listener: `/metrics`, `/healthz`, `/readyz`, the status page and its stream of events.
///
/// It shares nothing with the control socket: it has no operation, and reads no body.
struct ObservationServer: Sendable {
    /// What it shows.
    struct Environment: Sendable {
        /// The observation of this instant.
        var observe: @Sendable () async -> Observation
        /// Has a new position whenever the observation has changed.
        var changes: CommitStream
        /// Whether the engine makes progress.
        var isAlive: @Sendable () async -> Bool
        /// Why the daemon is not ready, in one word; nil if it is.
        var obstacle: @Sendable () -> String?
        var logger: Logger
    }

    let address: Configuration.ListenAddress
    let environment: Environment
    let hosts: HostCheck
    let pages = EventSlots(limit: 16)
    private static let mostConnections = 64
    /// The longest wait for a request.
    private let idle: Duration
    /// The largest head of a request in bytes: browsers send 1 to 2 KiB.
    private static let largestHead = 16 * 1024
    private static let retry = Duration.seconds(10)
    /// How long a refused caller may keep sending: some read the answer only afterwards.
    private static let refusedTimeout = TimeAmount.seconds(2)

    init(address: Configuration.ListenAddress, environment: Environment, idle: Duration = .seconds(10)) {
        (self.address, self.environment, hosts) = (address, environment, HostCheck(address))
        self.idle = idle
    }

    /// Serves until the task is cancelled; an address that is taken is tried again.
    func serve() async {
        var isLogged = false
        while !Task.isCancelled {
            do {
                try await run()
            } catch {
                if !isLogged && !Task.isCancelled {
                    environment.logger.error("metrics.listen: \(error): it is tried again")
                }
                isLogged = true
            }
            try? await Task.sleep(for: Self.retry)
        }
    }

    /// Serves until the task is cancelled.
    ///
    /// - Parameter onReady: Called once connections are accepted.
    func run(onReady: @escaping @Sendable () -> Void = {}) async throws {
        var quiet = environment.logger
        quiet.logLevel = .critical
        let file = SocketFile(path: unixPath ?? "", prefix: "http")
        let name = unixPath == nil ? "" : file.prepare()
        let connections = OpenConnections(limit: Self.mostConnections)
        let http = HTTPServerBuilder.http1(
            configuration: .init(
                additionalChannelHandlers: [ListenerHandler(connections)],
                idleTimeout: TimeAmount(idle),
                httpDecoderConfiguration: .init(
                    maxHeaderFieldSize: Self.largestHead,
                    maxHeaderListSize: Self.largestHead,
                    maxHeaderFieldCount: 64
                )
            )
        )
        let server = try http.buildServer(
            configuration: .init(address: bindAddress(name)),
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
            logger: quiet
        ) { request, writer, channel in
            let response = await respond(to: request.head, channel)
            try await writer.write(response: response.head, body: response.body)
            if response.endsConnection { Self.end(channel) }
        } onServerRunning: { channel in
            await AcceptPause.install(in: channel)
            if unixPath != nil, let problem = file.place(name, mode: 0o660) {
                environment.logger.error("metrics.listen: \(problem)")
                try? await channel.close()
            }
            onReady()
        }
        defer { if unixPath != nil { file.remove() } }
        // A caller that does not close its connection must not delay the daemon's end.
        try await withTaskCancellationHandler {
            try await server.run()
        } onCancel: {
            connections.end()
        }
    }

    /// Closes a connection whose request was refused; the rest of the request is dropped.
    private static func end(_ channel: any Channel) {
        channel.eventLoop.scheduleTask(in: refusedTimeout) { channel.close(promise: nil) }
    }

    private var unixPath: String? {
        if case .unix(let path) = address { path } else { nil }
    }

    /// - Parameter name: The name that a Unix socket is bound to first.
    private func bindAddress(_ name: String) -> BindAddress {
        switch address {
        case .ipv4(let port): .hostname("127.0.0.1", port: port)
        case .ipv6(let port): .hostname("::1", port: port)
        case .unix: .unixDomainSocket(path: name)
        }
    }
}
