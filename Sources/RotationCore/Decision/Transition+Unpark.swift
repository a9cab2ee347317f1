package import Scheduling

extension Rotation {
    /// Whether the rotation is parked as its candidate could not be unsealed, so that it goes on once it can.
    package var isParkedForCandidate: Bool {
        if case .parked(.candidateLost) = state.phase { true } else { false }
    }

    /// What it makes durable that the candidate of this parked rotation can be unsealed again: the right key is back.
    package func resumingParked(plan: RotationPlan, now: Instant) throws(UnexpectedEvent) -> Transition {
        var rotation = self
        try rotation.state.handle(.candidateFound, plan: plan, now: now, fraction: 0)
        var transition = Transition()
        transition.rotation = .advanced(rotation, at: now)
        let event = Audit.RotationUnparked(error: .init(.candidateLost))
        transition.entries = [rotation.entry(event, now: now, trigger: .resume)]
        return transition
    }

    /// What it makes durable that a person has lifted its hub's pause or suspension; nil where it changes nothing.
    package func liftingHubWait(now: Instant) throws(UnexpectedEvent) -> Transition? {
        var rotation = self
        try rotation.state.handle(.hubResumed, plan: .ofWaits, now: now, fraction: 0)
        guard rotation.state != state else { return nil }
        var transition = Transition()
        transition.rotation = .advanced(rotation, at: now)
        return transition
    }
}
