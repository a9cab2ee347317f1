package import Scheduling

/// Events of an open rotation that become durable together.
package struct RotationAdvance: Sendable {
    /// An event, and when it happened.
    package struct Happening: Hashable, Sendable {
        package var event: RotationEvent
        package var at: Instant
        /// A random number of 0..<1, which spreads a back-off.
        package var fraction: Double

        package init(_ event: RotationEvent, at: Instant, fraction: Double = 0) {
            (self.event, self.at, self.fraction) = (event, at, fraction)
        }
    }

    package var rotation: RotationID
    package var secret: SecretName
    /// The state that the caller has acted upon: where another one is stored, nothing is written.
    package var seen: RotationState
    /// What has happened since, the first one first.
    package var happenings: [Happening]
    package var plan: RotationPlan
    /// The trigger that audit entries name.
    package var trigger: Trigger
    /// The keyed fingerprint of the candidate, once that is staged.
    package var fingerprint: [UInt8]?
    /// Who made it happen.
    package var actor: Actor

    package init(
        of rotation: Rotation,
        seen: RotationState,
        _ happenings: [Happening],
        plan: RotationPlan,
        trigger: Trigger,
        actor: Actor = .daemon
    ) {
        (self.rotation, secret, fingerprint) = (rotation.id, rotation.secret, rotation.fingerprint)
        (self.seen, self.happenings) = (seen, happenings)
        (self.plan, self.trigger, self.actor) = (plan, trigger, actor)
    }
}

extension RotationAdvance {
    /// Has its last event happen at an instant: when it is written.
    package mutating func stamp(_ now: Instant) {
        guard let last = happenings.indices.last else { return }
        happenings[last].at = now
    }
}

extension RotationState {
    /// Whether an action that was begun in a state still belongs to this one: the phase is the same, and no attempt and no
    /// decision has come between.
    ///
    /// A wait that was changed meanwhile does not matter.
    func isSamePlace(as seen: RotationState) -> Bool {
        guard phaseName == seen.phaseName, tally.attempts == seen.tally.attempts else { return false }
        guard case .abandoning(let decision, _) = phase else { return true }
        guard case .abandoning(decision, _) = seen.phase else { return false }
        return true
    }
}
