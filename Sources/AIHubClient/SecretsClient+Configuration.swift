package import RotationCore

extension SecretsClient {
    /// What is known of a hub.
    package struct Configuration: Hashable, Sendable {
        /// The API root.
        package var endpoint: HubEndpoint
        /// `IB-Context`, normally the organization's ID.
        @Exact package var context: String?
        /// The total time of a request, connecting included.
        package var timeout: Duration
        /// A file of PEM certificates to trust instead of the system's.
        @Exact package var certificateAuthorities: String?
        /// Requests under way at once, and connections.
        package var maxInFlight: Int
        /// Requests in a length of time.
        package var rate: RequestRate

        package init(
            endpoint: HubEndpoint,
            context: String?,
            timeout: Duration,
            certificateAuthorities: String?,
            maxInFlight: Int,
            rate: RequestRate
        ) {
            self.endpoint = endpoint
            self.context = context
            self.timeout = timeout
            self.certificateAuthorities = certificateAuthorities
            self.maxInFlight = maxInFlight
            self.rate = rate
        }
    }
}
