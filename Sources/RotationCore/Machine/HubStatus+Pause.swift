package import Scheduling

extension HubStatus {
    /// A pause that a hub has requested with 429 or 425.
    package struct Pause: Hashable, Sendable {
        package var since: Instant
        /// The end: no request is sent before it, then a single list.
        package var until: Instant
        /// Its initial length; a consecutive pause is twice as long.
        package var length: Duration

        package init(since: Instant, until: Instant, length: Duration) {
            self.since = since
            self.until = until
            self.length = length
        }

        fileprivate init(since: Instant, length: Duration) {
            self.init(since: since, until: since.advanced(by: length), length: length)
        }

        /// The pause, limited by a cap.
        func shortened(to cap: Duration) -> Pause {
            Pause(since: since, until: min(until, since.advanced(by: cap)), length: min(length, cap))
        }
    }

    /// The pause after a 429 without `Retry-After`.
    package static let standardPause = Duration.seconds(5)
    /// The shortest pause, also for `Retry-After: 0`.
    package static let shortestPause = Duration.seconds(1)

    /// The status after a hub has answered 429 or 425.
    func afterThrottling(_ error: HubError, now: Instant, cap: Duration) -> HubStatus? {
        switch self {
        case .suspended: return nil
        case .paused(var pause):
            // A request that was in flight when the pause began can extend the pause, but is not a second one.
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
        // There is no answer from the hub.
        case .cancelled, .notSent:
            return .paused(Pause(since: pause.since, until: now.advanced(by: Self.standardPause), length: pause.length))
        default: return suspended(error.kind, now: now)
        }
    }

    /// The length of `Retry-After`, or twice the previous pause, limited by the cap.
    private static func length(_ error: HubError, after before: Duration? = nil, cap: Duration) -> Duration {
        let asked = max(error.retryAfter ?? standardPause, shortestPause)
        return min(max(asked, before.map { $0 * 2 } ?? .zero), cap)
    }
}

extension HubError {
    /// Whether a probe with this error has failed: it does not show that the hub accepts requests again.
    ///
    /// A refusal to list is no failure: listing needs a right that updating does not.
    var isFailureOfProbe: Bool {
        switch kind {
        case .unauthorized, .noToken, .connectionFailed, .tls, .throttled, .notSent: true
        default: effect == .unknown
        }
    }
}
