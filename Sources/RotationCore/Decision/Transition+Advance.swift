import Scheduling

extension Rotation {
    /// What events of this rotation make durable.
    ///
    /// - Parameter rows: What is stored about its secret.
    /// - Throws: ``StaleRotation`` where the events belong to another state; ``UnexpectedEvent`` for an event that the phase
    ///   has no place for.
    package func transition(_ advance: RotationAdvance, _ rows: some SecretRows) throws -> Transition {
        guard state.isSamePlace(as: advance.seen) else { throw StaleRotation(rotation: id) }
        var transition = Transition()
        var rotation = self
        rotation.fingerprint = advance.fingerprint ?? fingerprint
        var end: Ending?
        for happening in advance.happenings {
            let before = rotation.state
            try rotation.state.handle(
                happening.event,
                plan: advance.plan,
                now: happening.at,
                fraction: happening.fraction
            )
            transition.entries += rotation.entries(
                for: happening.event,
                before: before,
                now: happening.at,
                trigger: advance.trigger
            )
            transition.attempt = rotation.attempt(of: happening, before: before) ?? transition.attempt
            guard before.ending == nil, let ending = rotation.state.ending else { continue }
            end = ending
            try transition.conclude(rotation, ending, at: happening.at, advance, rows)
        }
        let at = advance.happenings.last?.at ?? openedAt
        transition.rotation = .advanced(rotation, at: at, ending: end)
        return transition
    }

    /// The attempt that an event has begun or ended; nil for none.
    private func attempt(of happening: RotationAdvance.Happening, before: RotationState) -> Attempt? {
        let (number, at) = (state.tally.attempts, happening.at)
        switch happening.event {
        case .attemptStarted:
            return Attempt(number: number, startedAt: at)
        case .attemptEnded(let outcome):
            // When an attempt ended that a crash has cut off is not known.
            return Attempt(number: number, startedAt: at, endedAt: outcome == .unknown ? nil : at, outcome: outcome)
        default:
            guard case .delivered = before.phase, state.tally.unconfirmed > before.tally.unconfirmed else { return nil }
            return Attempt(number: number, startedAt: at, endedAt: at, outcome: .unconfirmed)
        }
    }
}

extension Transition {
    /// Adds what a rotation's end makes of its schedule, group, hold and requests.
    ///
    /// - Parameter decision: What a person has decided, where that ends the rotation.
    mutating func conclude(
        _ rotation: Rotation,
        _ ending: Ending,
        at now: Instant,
        _ advance: RotationAdvance,
        decision: Audit.RotationDecided? = nil,
        _ rows: some SecretRows
    ) throws {
        let isReplaced = if case .failed(let failure) = ending { failure.isReplaced } else { false }
        group = .released(rotation.id, at: now, isUnused: isReplaced)
        if rotation.state.tally.isAmbiguous {
            let until = now.advanced(by: advance.plan.lateHold)
            hold = .until(until)
            // Where no list shows `updated_at`, a look would see nothing.
            if rotation.state.evidence.source == .updatedAt { look = .at(until, after: rotation.id) }
        }
        if case .succeeded(let isConfirmed) = ending {
            value = .known
            endedFindings = DriftKind.ended(isConfirmed: isConfirmed)
        }
        if isReplaced { requests = .released(rotation.id) }
        schedule = try rows.schedule()?.after(ending, of: rotation, now: now, retry: advance.plan.retry)
        let event = rotation.endingEvent(ending, decision, nextDue: schedule?.nextDue)
        var entry = rotation.entry(event, now: now, trigger: advance.trigger)
        entry.actor = advance.actor
        entries.append(entry)
    }
}
