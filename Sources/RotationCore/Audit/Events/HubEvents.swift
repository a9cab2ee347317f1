package import Scheduling

extension Audit {
    /// A hub is suspended: only probes are sent to it.
    struct HubSuspended: AuditEvent {
        static let name = AuditEventName.hubSuspended
        static let scope = AuditScope.hub

        /// What has failed.
        var error: HubError.Kind
        /// Since when it is suspended.
        var since: Instant
    }

    /// A hub's suspension has ended, or a person has lifted its suspension or pause.
    package struct HubResumed: AuditEvent {
        package static let name = AuditEventName.hubResumed
        package static let scope = AuditScope.hub

        /// What a person has lifted.
        package enum State: String, AuditWord {
            case paused, suspended
        }

        /// Why the hub was suspended; absent for a pause.
        package var error: HubError.Kind?
        /// When the suspension or pause began.
        package var since: Instant?
        /// When the pause would have ended by itself.
        package var until: Instant?
        /// What a person has lifted; absent if a probe has ended a suspension.
        package var state: State?
        /// The person's reason; absent if a probe has ended a suspension.
        package var reason: String?

        /// A person has lifted what a hub's status was.
        package init(lifting status: HubStatus, reason: String) {
            self.reason = reason
            switch status {
            case .available, .failing, .halfOpen: break
            case .paused(let pause): (state, since, until) = (.paused, pause.since, pause.until)
            case .suspended(let suspension): (state, since, error) = (.suspended, suspension.since, suspension.reason)
            }
        }

        /// A probe has ended a suspension.
        init(after suspension: HubStatus.Suspension) { (error, since) = (suspension.reason, suspension.since) }
    }
}
