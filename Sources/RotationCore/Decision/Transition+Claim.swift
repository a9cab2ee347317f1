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
            let detail: [String: JSONValue] = isAfterWindow ? ["window_overridden": "max_age"] : [:]
            return try opening(schedule, isLate ? .catchUp : .schedule, isHeld: hold != nil, detail: detail, rows)
        case .wait(let until): return puttingOff(schedule, until: until)
        case .miss(let slot, let reason): return missing(slot, of: schedule, reason)
        }
    }

    private func opening(
        _ schedule: Schedule,
        _ trigger: Trigger,
        isHeld: Bool,
        detail: [String: JSONValue] = [:],
        _ rows: some SecretRows
    ) throws -> Transition {
        let rotation = Rotation(
            opening: schedule,
            id: id,
            trigger: trigger,
            now: now,
            mustConfirm: try rows.endedInDoubt()
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
        transition.entries = [rotation.openingEntry(now: now, requests: requests, detail: detail)]
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
        let detail: [String: JSONValue?] = [
            "error": .string(reason.rawValue), "scheduled_for": .string(slot.rfc3339),
            "next_due": after.nextDue.map { .string($0.rfc3339) },
        ]
        transition.entries = [entry(.rotationMissed, detail: detail)]
        return transition
    }

    /// A request whose schedule was removed after it was taken can't be served any more.
    private func dropping(_ requests: [RotationID]) throws -> Transition? {
        guard !requests.isEmpty else { return nil }
        var transition = Transition()
        transition.requests = .dropped
        transition.entries = [entry(.requestDropped, detail: ["error": "schedule_removed"])]
        return transition
    }

    private func entry(_ event: AuditEvent, detail: [String: JSONValue?]) -> AuditEntry {
        AuditEntry(
            event,
            time: now.rfc3339,
            actor: .daemon,
            hub: secret.hub,
            alias: secret.alias.text,
            trigger: trigger,
            detail: detail
        )
    }
}
