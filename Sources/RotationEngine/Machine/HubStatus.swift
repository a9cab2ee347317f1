package import AIHubClient
package import AuditLog
package import Scheduling

/// Whether a hub may be spoken to: a pure state machine.
package enum HubStatus: Hashable, Sendable {
    /// It may.
    case available
    /// It may: a probe was let in. Until an update has succeeded, as many probes as had failed are remembered: a hub that
    /// lists but refuses updates must not be tried every minute for ever.
    case onProbation(probes: Int)
    /// Not before the instant: it asked us to stay away.
    case paused(until: Instant)
    /// Not at all, but for a probe with a list call.
    case suspended(Suspension)

    /// Why and since when a hub is suspended, and when it is probed.
    package struct Suspension: Hashable, Sendable {
        package var reason: HubError.Kind
        package var since: Instant
        package var probeAt: Instant
        /// Probes that have failed.
        package var probes: Int

        package init(reason: HubError.Kind, since: Instant, probeAt: Instant, probes: Int) {
            self.reason = reason
            self.since = since
            self.probeAt = probeAt
            self.probes = probes
        }
    }

    /// The first probe waits this long, each further one twice as long as the one before.
    package static let firstProbe = Duration.seconds(60)
    /// No probe waits longer.
    package static let slowestProbe = Duration.seconds(15 * 60)
    /// How long a hub rests that says 429 without saying for how long.
    package static let standardPause = Duration.seconds(5)

    /// The status after a request of a rotation has failed.
    ///
    /// - Returns: nil where the error says nothing about the hub as a whole.
    package func after(_ error: HubError, now: Instant) -> HubStatus? {
        switch error.kind {
        case .unauthorized, .noToken:
            switch self {
            case .suspended: return nil
            case .onProbation(let probes): return suspended(error.kind, probes: probes + 1, now: now)
            case .available, .paused: return suspended(error.kind, probes: 0, now: now)
            }
        case .throttled:
            let until = now.advanced(by: error.retryAfter ?? Self.standardPause)
            if case .suspended = self { return nil }
            if case .paused(let present) = self, present >= until { return nil }
            return .paused(until: until)
        default:
            return nil
        }
    }

    /// The status after a probe of a suspended hub.
    package func afterProbe(_ error: HubError?, now: Instant) -> HubStatus {
        guard case .suspended(var suspension) = self else { return self }
        // Any answer but these shows that the token is accepted for lists again.
        guard let error,
            [.unauthorized, .noToken].contains(error.kind) || error.effect == .unknown
                || [.connectionFailed, .tls, .throttled].contains(error.kind)
        else { return .onProbation(probes: suspension.probes) }
        suspension.probes += 1
        suspension.probeAt = now.advanced(by: Self.delay(afterProbes: suspension.probes))
        return .suspended(suspension)
    }

    /// The status after an update has succeeded; nil where that is no news.
    package var afterSuccess: HubStatus? {
        if case .onProbation = self { .available } else { nil }
    }

    private func suspended(_ reason: HubError.Kind, probes: Int, now: Instant) -> HubStatus {
        let probeAt = now.advanced(by: Self.delay(afterProbes: probes))
        return .suspended(Suspension(reason: reason, since: now, probeAt: probeAt, probes: probes))
    }

    private static func delay(afterProbes probes: Int) -> Duration {
        min(firstProbe * (1 << min(probes, 10)), slowestProbe)
    }

    /// A suspended hub that is probed at an instant; nil where it is not suspended.
    package func withProbe(at instant: Instant) -> HubStatus? {
        guard case .suspended(var suspension) = self else { return nil }
        suspension.probeAt = instant
        return .suspended(suspension)
    }

    /// The entry that tells of a change; nil for a change that nobody needs to know of.
    package static func entry(from before: HubStatus, to after: HubStatus, hub: String, now: Instant) -> AuditEntry? {
        switch (before, after) {
        case (.suspended, .suspended): nil
        case (_, .suspended(let suspension)): suspension.entry(.hubSuspended, hub: hub, now: now)
        case (.suspended(let suspension), _): suspension.entry(.hubResumed, hub: hub, now: now)
        default: nil
        }
    }

    /// When it may be spoken to again, if only for a probe; nil for now.
    package func opensAt(now: Instant) -> Instant? {
        switch self {
        case .available, .onProbation: nil
        case .paused(let until): until <= now ? nil : until
        case .suspended(let suspension): suspension.probeAt
        }
    }
}

extension HubStatus.Suspension {
    fileprivate func entry(_ event: AuditEvent, hub: String, now: Instant) -> AuditEntry {
        let detail: [String: JSONValue?] = ["error": .string(reason.rawValue), "since": .string(since.rfc3339)]
        return AuditEntry(event, time: now.rfc3339, actor: .daemon, hub: hub, detail: detail)
    }
}
