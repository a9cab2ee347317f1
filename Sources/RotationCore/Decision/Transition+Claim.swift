import Scheduling

extension Claim {
    /// What the claim makes durable: a rotation that opens, a slot that waits or is missed, or requests that are dropped.
    ///
    /// - Parameter rows: What is stored about the secret.
    /// - Returns: nil where nothing changes.
    package func transition(_ rows: some SecretRows) throws -> Transition? {
        guard let schedule = try rows.schedule() else { return try dropping(try rows.waitingRequests()) }
        guard try rows.openRotation(withoutOutcome: false) == nil, try rows.hubStatus().probeAt == nil else {
            return nil
        }
        let hold = try rows.hold()
        if let hold, hold > now { return nil }
        if let group = schedule.definition.group, try !rows.isFree(group, at: now) { return nil }
        guard trigger.isScheduled else { return try opening(schedule, trigger, isHeld: hold != nil, rows) }
        // A pause that began after the work was found.
        guard !schedule.isPaused(at: now) else { return nil }
        switch schedule.verdict(now: now, startedAt: startedAt) {
        case .begin(let isAfterWindow):
            let isLate = schedule.isMissedWhileDown(startedAt: startedAt)
            return try opening(
                schedule,
                isLate ? .catchUp : .schedule,
                isHeld: hold != nil,
                overriding: isAfterWindow ? .maxAge : nil,
                rows
            )
        case .wait(let until): return puttingOff(schedule, until: until)
        case .miss(let slot, let reason): return missing(slot, of: schedule, reason)
        }
    }

    private func opening(
        _ schedule: Schedule,
        _ trigger: Trigger,
        isHeld: Bool,
        overriding window: Audit.RotationOpened.Override? = nil,
        _ rows: some SecretRows
    ) throws -> Transition {
        let rotation = Rotation(
            opening: schedule,
            id: id,
            trigger: trigger,
            now: now,
            mustConfirm: try rows.endedAmbiguously()
        )
        var transition = Transition()
        transition.rotation = .opened(rotation)
        transition.group = schedule.definition.group.map { .taken($0, id) }
        // It is over.
        if isHeld { transition.hold = .released }
        let requests = try rows.waitingRequests()
        if !requests.isEmpty { transition.requests = .joined(id) }
        transition.schedule = schedule
        transition.schedule?.lastOpened = now
        transition.entries = [rotation.openingEntry(now: now, requests: requests, overriding: window)]
        return transition
    }

    private func puttingOff(_ schedule: Schedule, until instant: Instant?) -> Transition? {
        var after = schedule
        guard after.putOff(until: instant) else { return nil }
        var transition = Transition()
        transition.schedule = after
        return transition
    }

    private func missing(_ slot: Instant, of schedule: Schedule, _ reason: Schedule.Reason) -> Transition {
        var after = schedule
        after.awaitSlot(after: now)
        var transition = Transition()
        transition.schedule = after
        let event = Audit.RotationMissed(error: reason, scheduledFor: slot, nextDue: after.nextDue)
        transition.entries = [entry(event)]
        return transition
    }

    /// A request whose schedule was removed after it was taken can't be served any more.
    private func dropping(_ requests: [RotationID]) throws -> Transition? {
        guard !requests.isEmpty else { return nil }
        var transition = Transition()
        transition.requests = .dropped
        transition.entries = [entry(Audit.RequestDropped(error: .scheduleRemoved, requests: requests))]
        return transition
    }

    private func entry(_ event: some AuditEvent) -> AuditEntry {
        AuditEntry(
            event,
            time: now.rfc3339,
            actor: .daemon,
            hub: secret.hub,
            alias: secret.alias.text,
            trigger: trigger
        )
    }
}
