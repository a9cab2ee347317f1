package import RotationCore

extension Engine {
    /// One hub, as the engine sees it.
    package struct Hub: Sendable {
        package var api: any SecretsAPI
        package var maxInFlight: Int
        package var confirm: Bool
        /// How long its list may take to show an update that it has answered 2xx.
        package var confirmTimeout: Duration
        /// The time-out of one request.
        package var timeout: Duration
        /// How long after an attempt of unknown effect its value may still arrive.
        package var lateHold: Duration

        package init(
            api: any SecretsAPI,
            maxInFlight: Int,
            confirm: Bool,
            confirmTimeout: Duration = .seconds(30),
            timeout: Duration,
            lateHold: Duration? = nil
        ) {
            self.api = api
            self.maxInFlight = maxInFlight
            self.confirm = confirm
            self.confirmTimeout = confirmTimeout
            self.timeout = timeout
            self.lateHold = lateHold ?? timeout * 10
        }
    }

    /// What can be changed while the engine runs.
    package struct Configuration: Sendable {
        package var hubs: [String: Hub]
        package var retry: RetryPolicy

        package init(hubs: [String: Hub], retry: RetryPolicy) {
            self.hubs = hubs
            self.retry = retry
        }
    }
}
