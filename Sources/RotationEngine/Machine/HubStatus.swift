package import AIHubClient
package import AuditLog
package import Scheduling

/// Whether a hub may be spoken to: a pure state machine.
package enum HubStatus: Hashable, Sendable {
    /// It may.
    case available
    /// It may, but a request has failed in a way that could speak about the hub as a whole.
    case doubtful(Doubt)
    /// It may: a probe was let in. Until an update has succeeded, as many probes as had failed are remembered: a hub that
    /// lists but refuses updates must not be tried every minute for ever.
    case onProbation(probes: Int)
    /// Not before the instant: it asked us to stay away.
    case paused(until: Instant)
    /// Not at all, but for a probe with a list call.
    case suspended(Suspension)

    /// A failure that is the secret's own matter while it stays alone: a gateway may dislike one value, a time-out come
    /// from one request.
    package struct Doubt: Hashable, Sendable {
        package var reason: HubError.Kind
        /// The secret that met it first.
        package var alias: String
        /// How often it was met in a row, by whichever secret.
        package var count: Int

        package init(reason: HubError.Kind, alias: String, count: Int) {
            self.reason = reason
            self.alias = alias
            self.count = count
        }
    }

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
    /// So many transport failures in a row, without a success between them, suspend a hub.
    package static let transportLimit = 5

    /// The status after a request about a secret has failed.
    ///
    /// - Parameter alias: The secret; nil for a request about the hub as a whole.
    /// - Returns: nil where the error changes nothing about the hub.
    package func after(_ error: HubError, about alias: String?, now: Instant) -> HubStatus? {
        if case .suspended = self { return nil }
        switch error.kind {
        case .unauthorized, .noToken:
            return suspended(error.kind, now: now)
        case .throttled:
            let until = now.advanced(by: error.retryAfter ?? Self.standardPause)
            if case .paused(let present) = self, present >= until { return nil }
            return .paused(until: until)
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
    static func isConcerned(by error: HubError) -> Bool {
        switch error.kind {
        case .unauthorized, .noToken, .throttled, .forbidden: true
        case .connectionFailed, .tls, .timedOut, .connectionLost: true
        case .notFound, .conflict, .rejected, .redirected, .unavailable, .legacyError, .malformed: false
        case .unconfirmed, .cancelled, .notSent: false
        }
    }

    /// One secret's 403 is its own; a second secret's speaks about the hub.
    private func afterForbidden(_ alias: String, now: Instant) -> HubStatus? {
        switch self {
        case .doubtful(let doubt) where doubt.reason == .forbidden:
            return doubt.alias == alias ? nil : suspended(.forbidden, now: now)
        case .onProbation: return suspended(.forbidden, now: now)
        default: return .doubtful(Doubt(reason: .forbidden, alias: alias, count: 1))
        }
    }

    private func afterTransportFailure(_ kind: HubError.Kind, _ alias: String, now: Instant) -> HubStatus? {
        switch self {
        case .doubtful(var doubt) where doubt.reason != .forbidden:
            doubt.count += 1
            return doubt.count >= Self.transportLimit ? suspended(kind, now: now) : .doubtful(doubt)
        case .onProbation: return suspended(kind, now: now)
        default: return .doubtful(Doubt(reason: kind, alias: alias, count: 1))
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
        switch self {
        case .onProbation, .doubtful: .available
        case .available, .paused, .suspended: nil
        }
    }

    private func suspended(_ reason: HubError.Kind, now: Instant) -> HubStatus {
        var probes = 0
        if case .onProbation(let before) = self { probes = before + 1 }
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
        case .available, .doubtful, .onProbation: nil
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
