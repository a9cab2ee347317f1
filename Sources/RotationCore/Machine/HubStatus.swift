package import Scheduling

/// The circuit of a hub: a pure state machine that says whether requests may be sent.
package enum HubStatus: Hashable, Sendable {
    /// The longest single pause: a hub's wrong clock must not stop rotations.
    package static let longestPause = Duration.seconds(86_400)

    /// Requests are sent.
    case available
    /// Requests are sent; the last ones failed in a way that could concern the whole hub.
    case failing(Failures)
    /// Requests are sent: a probe has succeeded, but no update since.
    case halfOpen(HalfOpen)
    /// No request before its end, then one list as a probe: the hub has answered 429.
    case paused(Pause)
    /// No request except a list as a probe.
    case suspended(Suspension)

    /// The memory of a suspension or pause until an update succeeds, so that a hub that lists but refuses updates is
    /// not tried every minute.
    package struct HalfOpen: Hashable, Sendable {
        /// The number of failed probes.
        package var probes: Int
        /// The length of the previous pause; nil after a suspension.
        package var pause: Duration?

        package init(probes: Int, pause: Duration? = nil) {
            self.probes = probes
            self.pause = pause
        }
    }

    /// Consecutive failures of one kind that do not suspend the hub yet: while they are few, they may concern one secret only.
    ///
    /// A gateway may refuse one value, and one request may time out.
    package struct Failures: Hashable, Sendable {
        package var reason: HubError.Kind
        /// The secret of the first failure.
        package var alias: String
        /// The number of consecutive failures, of all secrets.
        package var count: Int

        package init(reason: HubError.Kind, alias: String, count: Int) {
            self.reason = reason
            self.alias = alias
            self.count = count
        }
    }

    /// A suspension, with its reason, its start and the next probe.
    package struct Suspension: Hashable, Sendable {
        package var reason: HubError.Kind
        package var since: Instant
        package var probeAt: Instant
        /// The number of failed probes.
        package var probes: Int

        package init(reason: HubError.Kind, since: Instant, probeAt: Instant, probes: Int) {
            self.reason = reason
            self.since = since
            self.probeAt = probeAt
            self.probes = probes
        }
    }

    /// The delay of the first probe; each further one is twice as long.
    package static let firstProbe = Duration.seconds(60)
    /// The longest delay of a probe.
    package static let slowestProbe = Duration.seconds(15 * 60)
    /// Consecutive transport failures after which a hub is suspended.
    package static let transportLimit = 5

    /// The status after a request about a secret has failed.
    ///
    /// - Parameters:
    ///   - alias: The secret; nil for a request about the hub as a whole.
    ///   - cap: The longest pause that `Retry-After` can cause.
    /// - Returns: nil if the error does not change the status.
    package func after(_ error: HubError, about alias: String?, now: Instant, cap: Duration) -> HubStatus? {
        if case .suspended = self { return nil }
        switch error.kind {
        case .unauthorized, .noToken:
            return suspended(error.kind, now: now)
        case .throttled:
            return afterThrottling(error, now: now, cap: cap)
        case .forbidden:
            guard let alias else { return nil }
            return afterForbidden(alias, now: now)
        case .connectionFailed, .tls, .timedOut, .connectionLost:
            return afterTransportFailure(error.kind, alias ?? "", now: now)
        case .notFound, .conflict, .rejected, .redirected, .unavailable, .legacyError, .malformed, .unconfirmed,
            .cancelled, .notSent:
            return nil
        }
    }

    /// Whether an error can change the status of a hub.
    package static func isConcerned(by error: HubError) -> Bool {
        switch error.kind {
        case .unauthorized, .noToken, .throttled, .forbidden: true
        case .connectionFailed, .tls, .timedOut, .connectionLost: true
        case .notFound, .conflict, .rejected, .redirected, .unavailable, .legacyError, .malformed: false
        case .unconfirmed, .cancelled, .notSent: false
        }
    }

    /// A 403 of one secret concerns only that secret; a 403 of a second one concerns the hub.
    private func afterForbidden(_ alias: String, now: Instant) -> HubStatus? {
        switch self {
        case .failing(let failures) where failures.reason == .forbidden:
            return failures.alias == alias ? nil : suspended(.forbidden, now: now)
        case .halfOpen: return suspended(.forbidden, now: now)
        default: return .failing(Failures(reason: .forbidden, alias: alias, count: 1))
        }
    }

    private func afterTransportFailure(_ kind: HubError.Kind, _ alias: String, now: Instant) -> HubStatus? {
        switch self {
        case .failing(var failures) where failures.reason != .forbidden:
            failures.count += 1
            return failures.count >= Self.transportLimit ? suspended(kind, now: now) : .failing(failures)
        case .halfOpen: return suspended(kind, now: now)
        default: return .failing(Failures(reason: kind, alias: alias, count: 1))
        }
    }

    /// The status after a probe of a paused or suspended hub.
    ///
    /// - Parameters:
    ///   - error: Why the probe failed; nil if the hub has answered it.
    ///   - cap: The longest pause that `Retry-After` can cause.
    package func afterProbe(_ error: HubError?, now: Instant, cap: Duration) -> HubStatus {
        switch self {
        case .paused(let pause): return after(probe: error, pause, now: now, cap: cap)
        case .suspended(var suspension):
            guard let error, error.isFailureOfProbe else {
                return .halfOpen(HalfOpen(probes: suspension.probes))
            }
            suspension.probes += 1
            let delay = Self.delay(afterProbes: suspension.probes)
            suspension.probeAt = now.advanced(by: max(delay, min(error.retryAfter ?? .zero, cap)))
            return .suspended(suspension)
        case .available, .failing, .halfOpen: return self
        }
    }

    /// The status after a person has lifted a pause or suspension; nil if there is none.
    package var lifted: HubStatus? {
        switch self {
        case .paused(let pause): .halfOpen(HalfOpen(probes: 0, pause: pause.length))
        case .suspended(let suspension): .halfOpen(HalfOpen(probes: suspension.probes))
        case .available, .failing, .halfOpen: nil
        }
    }

    /// The status after an update has succeeded; nil if it does not change.
    package var afterSuccess: HubStatus? {
        switch self {
        case .halfOpen, .failing: .available
        case .available, .paused, .suspended: nil
        }
    }

    func suspended(_ reason: HubError.Kind, now: Instant) -> HubStatus {
        var probes = 0
        if case .halfOpen(let before) = self { probes = before.probes + 1 }
        let probeAt = now.advanced(by: Self.delay(afterProbes: probes))
        return .suspended(Suspension(reason: reason, since: now, probeAt: probeAt, probes: probes))
    }

    private static func delay(afterProbes probes: Int) -> Duration {
        min(firstProbe * (1 << min(probes, 10)), slowestProbe)
    }

    /// The status by another configuration: a suspended hub is probed at once, and a pause is no longer than the cap.
    ///
    /// - Returns: nil where nothing changes.
    package func reconfigured(now: Instant, cap: Duration) -> HubStatus? {
        switch self {
        case .suspended(var suspension):
            suspension.probeAt = now
            return .suspended(suspension)
        case .available, .failing, .halfOpen, .paused: return shortened(to: cap)
        }
    }

    /// The status with a pause that is no longer than a cap; nil where nothing changes.
    package func shortened(to cap: Duration) -> HubStatus? {
        guard case .paused(let pause) = self else { return nil }
        let shortened = pause.shortened(to: cap)
        return shortened == pause ? nil : .paused(shortened)
    }

    /// The audit entry of a change; nil for a change that is not recorded.
    package static func entry(from before: HubStatus, to after: HubStatus, hub: String, now: Instant) -> AuditEntry? {
        switch (before, after) {
        case (.suspended, .suspended): nil
        case (_, .suspended(let suspension)):
            AuditEntry(
                Audit.HubSuspended(error: suspension.reason, since: suspension.since),
                time: now.rfc3339,
                actor: .daemon,
                hub: hub
            )
        case (.suspended(let suspension), _):
            AuditEntry(Audit.HubResumed(after: suspension), time: now.rfc3339, actor: .daemon, hub: hub)
        default: nil
        }
    }

    /// When a hub that may not be spoken to is probed; nil for one that may.
    package var probeAt: Instant? {
        switch self {
        case .available, .failing, .halfOpen: nil
        case .paused(let pause): pause.until
        case .suspended(let suspension): suspension.probeAt
        }
    }
}
