package import RotationCore

extension SecretsClient {
    /// The settings of a hub.
    package struct Configuration: Hashable, Sendable {
        /// The API root.
        package var endpoint: HubEndpoint
        /// The Unix socket of a proxy that carries the bytes to the hub; nil for the network.
        @Exact package var socket: String?
        /// `IB-Context`, normally the organization's ID.
        @Exact package var context: String?
        /// The time-out of a request, including the connection.
        package var timeout: Duration
        /// A file of PEM certificates to trust instead of the system's.
        @Exact package var certificateAuthorities: String?
        /// The largest number of requests in flight, and of connections.
        package var maxInFlight: Int
        /// The rate limit of requests.
        package var rate: RequestRate

        package init(
            endpoint: HubEndpoint,
            socket: String? = nil,
            context: String?,
            timeout: Duration,
            certificateAuthorities: String?,
            maxInFlight: Int,
            rate: RequestRate
        ) {
            self.endpoint = endpoint
            self.socket = socket
            self.context = context
            self.timeout = timeout
            self.certificateAuthorities = certificateAuthorities
            self.maxInFlight = maxInFlight
            self.rate = rate
        }
    }
}
