import RotationCore
import Scheduling

/// What has happened since the daemon's start, counted from the entries of the audit log.
///
/// Labels are hubs, outcomes and triggers: closed sets, so the number of series is bounded. No label names a secret.
package struct RotationCounters: Sendable {
    /// The outcome of an attempt.
    package enum AttemptOutcome: String, Sendable, CaseIterable {
        /// The hub has answered 2xx.
        case delivered
        /// The hub definitely holds the old value.
        case refused
        /// The hub may hold either value.
        case ambiguous
        /// Nothing of it was sent.
        case notSent = "not_sent"
    }

    private struct End: Hashable {
        var hub: String
        var outcome: RotationProgress.Outcome
        var trigger: Trigger
    }

    private struct Attempt: Hashable {
        var hub: String
        var outcome: AttemptOutcome
    }

    private var ends: [End: Int] = [:]
    private var attempts: [Attempt: Int] = [:]
    private var durations: [String: DurationHistogram] = [:]
    /// Rotations with an attempt that has no recorded end.
    private var underWay: Set<String> = []

    package init() {}

    /// Counts an entry.
    package mutating func count(_ event: LoggedEvent) {
        guard let hub = event.hub, let rotation = event.rotation, let name = AuditEventName(rawValue: event.event)
        else {
            return
        }
        switch name {
        case .rotationAttempted: underWay.insert(rotation)
        case .rotationDelivered: end(rotation, hub, .delivered)
        case .rotationDeferred, .rotationParked:
            if event.detail?.attempt != nil { end(rotation, hub, Self.outcome(of: event.detail?.error)) }
        case .rotationSucceeded: end(event, hub, rotation, .succeeded)
        case .rotationFailed: end(event, hub, rotation, .failed)
        case .rotationAbandoned: end(event, hub, rotation, .abandoned)
        default: break
        }
    }

    private mutating func end(_ rotation: String, _ hub: String, _ outcome: AttemptOutcome) {
        guard underWay.remove(rotation) != nil else { return }
        attempts[Attempt(hub: hub, outcome: outcome), default: 0] += 1
    }

    private mutating func end(
        _ event: LoggedEvent,
        _ hub: String,
        _ rotation: String,
        _ outcome: RotationProgress.Outcome
    ) {
        // The entry of a failure is also the end of the attempt that has caused it.
        end(rotation, hub, Self.outcome(of: event.detail?.error))
        let trigger = event.trigger.flatMap(Trigger.init(rawValue:)) ?? .schedule
        ends[End(hub: hub, outcome: outcome, trigger: trigger), default: 0] += 1
        guard let opened = event.openedAt, let ended = event.at else { return }
        let seconds = Double(max(0, opened.duration(to: ended).milliseconds)) / 1000
        durations[hub, default: DurationHistogram()].observe(seconds: seconds)
    }

    /// The outcome of an attempt that has failed, from the class of its error.
    private static func outcome(of error: String?) -> AttemptOutcome {
        guard let kind = error.flatMap(HubError.Kind.init(rawValue:)) else { return .ambiguous }
        switch kind {
        case .notSent, .connectionFailed, .noToken, .tls: return .notSent
        default: return HubError(kind).effect == .none ? .refused : .ambiguous
        }
    }

    // MARK: Samples

    /// The counters of the configured hubs: each one begins with 0, so that its first increase is seen.
    package func families(hubs: [String]) -> [MetricFamily] {
        [
            MetricFamily(
                "secret_rotator_rotations_total",
                .counter,
                "Rotations that have ended since the daemon's start.",
                hubs.flatMap(endSamples)
            ),
            MetricFamily(
                "secret_rotator_attempts_total",
                .counter,
                "Attempts (PATCH requests) that have ended since the daemon's start.",
                hubs.flatMap(attemptSamples)
            ),
            MetricFamily(
                "secret_rotator_rotation_duration_seconds",
                .histogram,
                "Time from a rotation's opening to its end.",
                hubs.flatMap { durations[$0, default: DurationHistogram()].samples([.init("hub", $0)]) }
            ),
        ]
    }

    private func endSamples(_ hub: String) -> [MetricFamily.Sample] {
        var samples: [MetricFamily.Sample] = []
        for outcome in RotationProgress.Outcome.allCases {
            for trigger in Trigger.allCases {
                let count = ends[End(hub: hub, outcome: outcome, trigger: trigger), default: 0]
                let labels: [MetricFamily.Label] = [
                    .init("hub", hub), .init("outcome", outcome.rawValue), .init("trigger", trigger.rawValue),
                ]
                samples.append(.init(Double(count), labels))
            }
        }
        return samples
    }

    private func attemptSamples(_ hub: String) -> [MetricFamily.Sample] {
        AttemptOutcome.allCases.map { outcome in
            let count = attempts[Attempt(hub: hub, outcome: outcome), default: 0]
            return MetricFamily.Sample(Double(count), [.init("hub", hub), .init("outcome", outcome.rawValue)])
        }
    }
}
