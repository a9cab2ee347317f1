package import Scheduling

extension HubStatus {
    /// A time for which a hub has asked us to stay away, with 429 or 425.
    package struct Pause: Hashable, Sendable {
        package var since: Instant
        /// No request is sent before, and then a single list.
        package var until: Instant
        /// How long it was when it began; the one that follows it at once is twice as long.
        package var length: Duration

        package init(since: Instant, until: Instant, length: Duration) {
            self.since = since
            self.until = until
            self.length = length
        }

        fileprivate init(since: Instant, length: Duration) {
            self.init(since: since, until: since.advanced(by: length), length: length)
        }

        /// The pause, ended by a cap.
        func shortened(to cap: Duration) -> Pause {
            Pause(since: since, until: min(until, since.advanced(by: cap)), length: min(length, cap))
        }
    }

    /// How long a hub is paused that says 429 without saying for how long.
    package static let standardPause = Duration.seconds(5)
    /// No pause is shorter: a hub that says `Retry-After: 0` is not asked without a break.
    package static let shortestPause = Duration.seconds(1)

    /// The status after a hub has asked us to slow down.
    func afterThrottling(_ error: HubError, now: Instant, cap: Duration) -> HubStatus? {
        switch self {
        case .suspended: return nil
        case .paused(var pause):
            // What was under way when the pause began: it can last longer by that, and is no second one.
            let asked = Self.length(error, cap: cap)
            guard now.advanced(by: asked) > pause.until else { return nil }
            pause.until = now.advanced(by: asked)
            pause.length = max(pause.length, asked)
            return .paused(pause)
        case .halfOpen(let before):
            return .paused(Pause(since: now, length: Self.length(error, after: before.pause, cap: cap)))
        case .available, .failing:
            return .paused(Pause(since: now, length: Self.length(error, cap: cap)))
        }
    }

    /// The status after the probe that ends a pause.
    func after(probe error: HubError?, _ pause: Pause, now: Instant, cap: Duration) -> HubStatus {
        guard let error, error.isFailureOfProbe else { return .halfOpen(HalfOpen(probes: 0, pause: pause.length)) }
        switch error.kind {
        case .throttled:
            return .paused(Pause(since: now, length: Self.length(error, after: pause.length, cap: cap)))
        // The hub has said nothing.
        case .cancelled, .notSent:
            return .paused(Pause(since: pause.since, until: now.advanced(by: Self.standardPause), length: pause.length))
        default: return suspended(error.kind, now: now)
        }
    }

    /// What the hub asks for, or twice the pause before, and no longer than the cap.
    private static func length(_ error: HubError, after before: Duration? = nil, cap: Duration) -> Duration {
        let asked = max(error.retryAfter ?? standardPause, shortestPause)
        return min(max(asked, before.map { $0 * 2 } ?? .zero), cap)
    }
}

extension HubError {
    /// Whether a probe that met it does not show that the hub takes requests again.
    ///
    /// A refusal to list shows it: listing needs a right that updating does not.
    var isFailureOfProbe: Bool {
        switch kind {
        case .unauthorized, .noToken, .connectionFailed, .tls, .throttled, .notSent: true
        default: effect == .unknown
        }
    }
}
