package import RotationCore
import SQLite
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
}

extension Abandonment {
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

extension Ledger {
    /// Ends a rotation, as a person has decided; what its generator has to do for that, and the erasure of its candidate,
    /// is the engine's.
    ///
    /// - Parameters:
    ///   - lateHold: Of the secret's hub: a request that is still on its way arrives within it, and the next rotation
    ///     begins after that.
    ///   - steps: A generator's steps.
    /// - Throws: ``Refusal``.
    package func abandon(
        _ order: Abandonment,
        now: Instant,
        lateHold: (String) -> Duration,
        steps: (GeneratorSpecification) -> Set<GeneratorStep> = { $0.steps }
    ) throws -> (secret: SecretName, outcome: Abandonment.Outcome) {
        try transaction {
            guard let stored = try RotationTable.find(order.rotation, by: generators, in: connection),
                stored.closedAt == nil
            else {
                throw Refusal.noRotation(order.rotation)
            }
            let before = stored.rotation
            let lateHold = lateHold(before.secret.hub)
            let steps = steps(before.generator)
            try check(order, before, steps: steps)
            if order.decision == .withdraw, let until = try arrival(before, now: now, lateHold: lateHold) {
                guard before.state.tally.isStuck, before.state.ending == nil else {
                    throw Refusal.held(before.secret, until: until)
                }
                try stop(before, order, now: now)
                return (before.secret, .stopped(lookAt: until))
            }
            var rotation = before
            let plan = RotationPlan(
                retry: .standard,
                confirm: false,
                steps: steps,
                finishAfter: before.finishAfter
            )
            try rotation.state.handle(.abandoned(order.decision), plan: plan, now: now, fraction: 0)
            if before.state.ending == nil, let ending = rotation.state.ending {
                try end(rotation, ending, order, from: before.state, now: now, lateHold: lateHold)
                return (rotation.secret, .ended)
            }
            try decide(rotation, order, from: before.state, now: now)
            return (rotation.secret, Self.pendingStep(of: rotation.state).map { .pending($0) } ?? .ended)
        }
    }

    private static func pendingStep(of state: RotationState) -> GeneratorStep? {
        switch state.phase {
        case .abandoning(let decision, _): decision.step
        case .succeeded, .finishFailed: .finish
        default: nil
        }
    }

    private func check(
        _ order: Abandonment,
        _ rotation: Rotation,
        steps: Set<GeneratorStep>
    ) throws {
        guard rotation.state.isAPersons else {
            if rotation.state.phase == .delivering(attempt: .underWay), rotation.state.tally.isStuck {
                throw Refusal.attemptUnderWay(rotation.id)
            }
            throw Refusal.notParked(rotation.id)
        }
        if case .abandoning(let present, _) = rotation.state.phase, present != order.decision,
            !order.replacesDecision
        {
            throw Refusal.decided(rotation.id, present)
        }
        if rotation.state.isFinishLeft, order.decision == .withdraw { throw Refusal.hasSucceeded(rotation.secret) }
        if order.decision == .keep, rotation.state.ending == nil, !rotation.state.tally.isAmbiguous {
            throw Refusal.hubHasOldValue(rotation.id)
        }
        if order.decision == nil, rotation.state.needsDecision(steps: steps) {
            throw Refusal.decisionNeeded(rotation.id)
        }
    }

    /// Writes what an order has made of a rotation.
    private func store(_ rotation: Rotation, from previous: RotationState, now: Instant, endedAt: Instant? = nil) throws
    {
        try RotationTable.update(
            rotation,
            previous: previous,
            now: now,
            endedAt: endedAt,
            closedAt: nil,
            in: connection
        )
    }

    /// Until when a request of unknown effect may still arrive, so that what a person has seen of the hub may change; nil
    /// where none may.
    private func arrival(_ rotation: Rotation, now: Instant, lateHold: Duration) throws -> Instant? {
        let held = try HoldTable.until(rotation.secret, in: connection).flatMap { $0 > now ? $0 : nil }
        let isOpen = rotation.state.ending == nil
        let found = try AttemptTable.lastDoubt(of: rotation.id, isOpen: isOpen, timeout: lateHold, in: connection)
        guard let last = found else { return held }
        let until = last.advanced(by: lateHold)
        // One that lies farther in the future was noted by a clock that was ahead: the hold since it was set tells.
        guard last <= now.advanced(by: lateHold), now < until else { return held }
        return held.map { max($0, until) } ?? until
    }

    /// Has nothing more sent, so that a person can look at a hub that no longer changes.
    private func stop(_ before: Rotation, _ order: Abandonment, now: Instant) throws {
        var rotation = before
        let plan = RotationPlan(retry: .standard, confirm: false)
        try rotation.state.handle(.stopped, plan: plan, now: now, fraction: 0)
        try store(rotation, from: before.state, now: now)
        let detail: [String: JSONValue?] = [
            "error": .string(Failure.unconfirmed.kind), "reason": .string(order.reason),
        ]
        var entry = rotation.entry(.rotationParked, now: now, trigger: rotation.trigger, detail: detail)
        entry.actor = order.actor
        try AuditTable.append(entry, origin: origin, in: connection)
    }

    /// Records a decision that the generator, or nobody any more, has to carry out.
    private func decide(
        _ rotation: Rotation,
        _ order: Abandonment,
        from previous: RotationState,
        now: Instant
    ) throws {
        try store(rotation, from: previous, now: now)
        var detail = order.detail
        if case .abandoning(let replaced, _) = previous.phase, replaced != order.decision {
            detail["replaces"] = .string(replaced.rawValue)
        }
        if previous.isFinishLeft, order.decision == nil { detail["finish"] = "given_up" }
        var entry = rotation.entry(.rotationDecided, now: now, trigger: rotation.trigger, detail: detail)
        entry.actor = order.actor
        try AuditTable.append(entry, origin: origin, in: connection)
    }

    private func end(
        _ rotation: Rotation,
        _ ending: Ending,
        _ order: Abandonment,
        from previous: RotationState,
        now: Instant,
        lateHold: Duration
    ) throws {
        try store(rotation, from: previous, now: now, endedAt: now)
        let end = RotationChange.End(
            ending: ending,
            now: now,
            retry: .standard,
            trigger: rotation.trigger,
            heldUntil: rotation.state.tally.isAmbiguous ? now.advanced(by: lateHold) : nil
        )
        var detail = order.detail
        if case .abandoning(let replaced, _) = previous.phase { detail["replaces"] = .string(replaced.rawValue) }
        try conclude(rotation, end, actor: order.actor, detail: detail)
    }
}

extension Abandonment {
    fileprivate var detail: [String: JSONValue] {
        var detail: [String: JSONValue] = ["reason": .string(reason)]
        detail["decision"] = decision.map { .string($0.rawValue) }
        return detail
    }
}
