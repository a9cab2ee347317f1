package import Scheduling

/// A person's order to end a rotation.
package struct Abandonment: Sendable {
    package var rotation: RotationID
    /// Which value the hub has; nil where nothing was installed, or everything is mended by hand.
    package var decision: Decision?
    /// Whether it may replace a decision that has not come true yet.
    package var replacesDecision: Bool
    package var reason: String
    package var actor: Actor

    package init(
        _ rotation: RotationID,
        _ decision: Decision?,
        replacesDecision: Bool = false,
        reason: String,
        actor: Actor
    ) {
        self.rotation = rotation
        self.decision = decision
        self.replacesDecision = replacesDecision
        self.reason = reason
        self.actor = actor
    }

    /// What has come of an order.
    package enum Outcome: Hashable, Sendable, Codable {
        /// The rotation has ended.
        case ended
        /// It ends once its generator has done a step.
        case pending(GeneratorStep)
        /// Nothing more is sent, but something may still arrive: a person looks again after the instant, and decides then.
        case stopped(lookAt: Instant)
    }
}

extension Abandonment {
    /// What the order makes durable.
    ///
    /// - Parameters:
    ///   - stored: The rotation, as it is stored.
    ///   - plan: Its policy.
    ///   - rows: What is stored about its secret.
    /// - Throws: ``Refusal`` where it may not be ended, or not so.
    package func transition(
        of stored: Rotation,
        plan: RotationPlan,
        now: Instant,
        _ rows: some SecretRows
    ) throws -> (transition: Transition, outcome: Outcome) {
        try check(stored, steps: plan.steps)
        if decision == .withdraw, let until = try arrival(of: stored, now: now, lateHold: plan.lateHold, rows) {
            guard stored.state.tally.isStuck, stored.state.ending == nil else {
                throw Refusal.held(stored.secret, until: until)
            }
            return (try stopping(stored, plan, now), .stopped(lookAt: until))
        }
        var rotation = stored
        try rotation.state.handle(.abandoned(decision), plan: plan, now: now, fraction: 0)
        var transition = Transition()
        let ending = stored.state.ending == nil ? rotation.state.ending : nil
        transition.rotation = .advanced(rotation, at: now, ending: ending)
        if let ending {
            let advance = RotationAdvance(
                of: rotation,
                seen: stored.state,
                [],
                plan: plan,
                trigger: rotation.trigger,
                actor: actor
            )
            let decided = decided(replacing: stored.state)
            try transition.conclude(rotation, ending, at: now, advance, decision: decided, rows)
            return (transition, .ended)
        }
        transition.entries = [decisionEntry(rotation, from: stored.state, now)]
        return (transition, rotation.state.pendingStep.map { .pending($0) } ?? .ended)
    }

    private func check(_ rotation: Rotation, steps: Set<GeneratorStep>) throws(Refusal) {
        guard rotation.state.isAPersons else {
            if rotation.state.phase == .delivering(attempt: .underWay), rotation.state.tally.isStuck {
                throw .attemptUnderWay(rotation.id)
            }
            throw .notParked(rotation.id)
        }
        if case .abandoning(let present, _) = rotation.state.phase, present != decision, !replacesDecision {
            throw .decided(rotation.id, present)
        }
        if rotation.state.isFinishLeft, decision == .withdraw { throw .hasSucceeded(rotation.secret) }
        if decision == .keep, rotation.state.ending == nil, !rotation.state.tally.isAmbiguous {
            throw .hubHasOldValue(rotation.id)
        }
        if decision == nil, rotation.state.needsDecision(steps: steps) { throw .decisionNeeded(rotation.id) }
    }

    /// Until when a request of unknown effect may still arrive, so that what a person has seen of the hub may change; nil
    /// where none may.
    private func arrival(
        of rotation: Rotation,
        now: Instant,
        lateHold: Duration,
        _ rows: some SecretRows
    ) throws -> Instant? {
        let held = try rows.hold().flatMap { $0 > now ? $0 : nil }
        let isOpen = rotation.state.ending == nil
        guard let last = try rows.lastAmbiguousAttempt(of: rotation.id, isOpen: isOpen, timeout: lateHold) else {
            return held
        }
        let until = last.advanced(by: lateHold)
        // One that lies farther in the future was noted by a clock that was ahead: the hold since it was set tells.
        guard last <= now.advanced(by: lateHold), now < until else { return held }
        return held.map { max($0, until) } ?? until
    }

    /// Sends nothing more, so that a person can look at a hub that no longer changes.
    private func stopping(_ stored: Rotation, _ plan: RotationPlan, _ now: Instant) throws -> Transition {
        var rotation = stored
        try rotation.state.handle(.stopped, plan: plan, now: now, fraction: 0)
        let event = Audit.RotationParked(error: .init(.unconfirmed), reason: reason)
        var entry = rotation.entry(event, now: now, trigger: rotation.trigger)
        entry.actor = actor
        var transition = Transition()
        transition.rotation = .advanced(rotation, at: now)
        transition.entries = [entry]
        return transition
    }

    /// The entry about a decision that the generator has to carry out, or that leaves nothing to do.
    private func decisionEntry(_ rotation: Rotation, from previous: RotationState, _ now: Instant) -> AuditEntry {
        var event = decided(replacing: previous)
        if previous.isFinishLeft, decision == nil { event.finish = .givenUp }
        var entry = rotation.entry(event, now: now, trigger: rotation.trigger)
        entry.actor = actor
        return entry
    }

    private func decided(replacing previous: RotationState) -> Audit.RotationDecided {
        var event = Audit.RotationDecided(reason: reason, decision: decision)
        if case .abandoning(let replaced, _) = previous.phase, replaced != decision { event.replaces = replaced }
        return event
    }
}

extension RotationState {
    /// The generator's step that carries out what a person has decided; nil for none.
    fileprivate var pendingStep: GeneratorStep? {
        switch phase {
        case .abandoning(let decision, _): decision.step
        case .succeeded, .finishFailed: .finish
        default: nil
        }
    }
}
