import AsyncHTTPClient
import NIOCore
import NIOSSL
import RotationCore

extension HTTPClient {
    /// Creates a hub's HTTP client, with as many connections as requests in flight.
    ///
    /// No redirects, no retries of its own, only the configured authorities, TLS 1.2 or later. The certificates are
    /// read at the first connection: a changed file needs a new client.
    convenience init(_ hub: SecretsClient.Configuration) {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv12
        if let file = hub.certificateAuthorities { tls.trustRoots = .file(file) }
        var configuration = HTTPClient.Configuration(tlsConfiguration: tls)
        // The bearer token must not travel to another host.
        configuration.redirectConfiguration = .disallow
        configuration.decompression = .disabled
        configuration.httpVersion = .http1Only
        configuration.timeout.connect = min(.seconds(10), TimeAmount(hub.timeout))
        configuration.connectionPool = Self.pool(size: hub.maxInFlight)
        configuration.http1_1ConnectionDebugInitializer = Self.initializer(hub, tls)
        self.init(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    /// What is done with a new connection before it is used.
    private static func initializer(
        _ hub: SecretsClient.Configuration,
        _ tls: TLSConfiguration
    ) -> @Sendable (any Channel) -> EventLoopFuture<Void> {
        guard hub.socket != nil, hub.endpoint.isEncrypted else { return StatusGuard.install }
        let tunnel = TunnelTLS(tls, host: hub.endpoint.host)
        return { channel in StatusGuard.install(in: channel).flatMap { tunnel.install(in: channel) } }
    }

    /// A pool that opens connections on demand and keeps them warm for the next requests.
    ///
    /// A connection is closed after 30 idle seconds: load balancers close it after 60, and a PATCH at that moment has
    /// an unknown effect. Connections are not opened in advance (`preWarmedHTTP1ConnectionCount`): async-http-client
    /// 1.37.0 would open all of them for one rotation and keep them forever, each with a timer that wakes the daemon.
    private static func pool(size: Int) -> Configuration.ConnectionPool {
        var pool = Configuration.ConnectionPool(idleTimeout: .seconds(30))
        pool.concurrentHTTP1ConnectionsPerHostSoftLimit = size
        pool.retryConnectionEstablishment = false
        return pool
    }
}
