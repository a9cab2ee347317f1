import AsyncHTTPClient
import NIOCore
import NIOSSL

extension HTTPClient {
    /// A hub's connections: as many as requests may be in flight.
    ///
    /// No redirects, no retries of its own, only the configured authorities, TLS 1.2 or later. The certificates are
    /// read when the first connection is made: a changed file needs another client.
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
        configuration.http1_1ConnectionDebugInitializer = StatusGuard.install
        self.init(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    /// A wave of rotations opens what it needs, and its later requests, and the next wave, find that warm.
    ///
    /// 30 seconds without use close a connection: load balancers do so after 60, and a PATCH that meets such an end has an
    /// unknown effect. Connections are not opened ahead (`preWarmedHTTP1ConnectionCount`): async-http-client 1.37.0 would
    /// open all of them for one rotation, and keep them for ever, with a timer that wakes the daemon for each.
    private static func pool(size: Int) -> Configuration.ConnectionPool {
        var pool = Configuration.ConnectionPool(idleTimeout: .seconds(30))
        pool.concurrentHTTP1ConnectionsPerHostSoftLimit = size
        pool.retryConnectionEstablishment = false
        return pool
    }
}
