package import AsyncHTTPClient
import NIOSSL

extension HTTPClient.Configuration {
    /// The settings of each client of a remote server: TLS 1.2 or later with a verified certificate, no redirect, no
    /// decompression, HTTP/1.1, no attempt of its own to connect again, and a ``StatusGuard``.
    ///
    /// - Parameter authorities: A PEM file of the authorities that may sign the certificate, which is read at the first
    ///   connection; nil for the system's.
    package static func hardened(authorities: String? = nil) -> Self {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv12
        if let authorities { tls.trustRoots = .file(authorities) }
        var configuration = Self(tlsConfiguration: tls)
        // What is sent, a bearer token among it, must not travel to another host.
        configuration.redirectConfiguration = .disallow
        configuration.decompression = .disabled
        configuration.httpVersion = .http1Only
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.http1_1ConnectionDebugInitializer = StatusGuard.install
        return configuration
    }
}

extension HTTPClientError {
    /// Whether no whole answer came in time.
    package var isTimeout: Bool {
        [.deadlineExceeded, .readTimeout, .writeTimeout, .connectTimeout].contains(self)
    }
}
