import AsyncHTTPClient
import HTTPHardening
import NIOCore
import RotationCore

extension HTTPClient {
    /// Creates a hub's HTTP client, with as many connections as requests in flight.
    ///
    /// The certificates are read at the first connection: a changed file needs a new client.
    convenience init(_ hub: SecretsClient.Configuration) {
        var configuration = HTTPClient.Configuration.hardened(authorities: hub.certificateAuthorities)
        configuration.timeout.connect = min(.seconds(10), TimeAmount(hub.timeout))
        Self.size(&configuration.connectionPool, hub.maxInFlight)
        if let tls = configuration.tlsConfiguration, hub.socket != nil, hub.endpoint.isEncrypted,
            let install = configuration.http1_1ConnectionDebugInitializer
        {
            let tunnel = TunnelTLS(tls, host: hub.endpoint.host)
            configuration.http1_1ConnectionDebugInitializer = { channel in
                install(channel).flatMap { tunnel.install(in: channel) }
            }
        }
        self.init(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    /// Has a pool open connections on demand, and keep them warm for the next requests.
    ///
    /// A connection is closed after 30 idle seconds: load balancers close it after 60, and a PATCH at that moment has
    /// an unknown effect. Connections are not opened in advance (`preWarmedHTTP1ConnectionCount`): async-http-client
    /// 1.37.0 would open all of them for one rotation and keep them forever, each with a timer that wakes the daemon.
    private static func size(_ pool: inout Configuration.ConnectionPool, _ size: Int) {
        pool.idleTimeout = .seconds(30)
        pool.concurrentHTTP1ConnectionsPerHostSoftLimit = size
    }
}
