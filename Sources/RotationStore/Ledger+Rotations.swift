package import RotationCore
import SQLite
package import Scheduling

extension Ledger {
    /// Opens a rotation, if all that must hold for it holds at this moment.
    package func claim(_ claim: Claim) throws -> Rotation? {
        try transaction {
            guard try RotationTable.openRotation(of: claim.secret, in: connection) == nil,
                var schedule = try ScheduleTable.find(claim.secret, by: generators, in: connection),
                try HubTable.status(of: claim.secret.hub, in: connection).probeAt == nil,
                try !isHeld(claim.secret, now: claim.now), try isItsTurn(schedule, now: claim.now)
            else { return try discardOrphans(of: claim) }
            var (trigger, detail) = (claim.trigger, [String: JSONValue]())
            if claim.trigger.isScheduled {
                let verdict =
                    schedule.isPaused(at: claim.now)
                    ? .wait(until: schedule.nextDue) : schedule.verdict(now: claim.now, startedAt: claim.startedAt)
                guard case .begin(let isAfterWindow) = verdict else {
                    try put(&schedule, off: verdict, claim)
                    return nil
                }
                trigger = schedule.isMissedWhileDown(startedAt: claim.startedAt) ? .catchUp : .schedule
                if isAfterWindow { detail["window_overridden"] = "max_age" }
            }
            let rotation = Rotation(
                opening: schedule,
                id: claim.id,
                trigger: trigger,
                now: claim.now,
                mustConfirm: try RotationTable.endedInDoubt(claim.secret, in: connection)
            )
            try RotationTable.insert(rotation, in: connection)
            if let group = schedule.definition.group { try GroupTable.take(group, rotation.id, in: connection) }
            let requests = try RequestTable.join(rotation, in: connection)
            schedule.lastOpened = claim.now
            try ScheduleTable.updateProgress(schedule, in: connection)
            let entry = rotation.openingEntry(now: claim.now, requests: requests, detail: detail)
            try AuditTable.append(entry, origin: origin, in: connection)
            return rotation
        }
    }

    private func isItsTurn(_ schedule: Schedule, now: Instant) throws -> Bool {
        guard let group = schedule.definition.group else { return true }
        return try GroupTable.isFree(group, now: now, in: connection)
    }

    /// Has a schedule wait, or go on to its next slot, which the history then tells.
    private func put(_ schedule: inout Schedule, off verdict: Schedule.Verdict, _ claim: Claim) throws {
        switch verdict {
        case .begin: return
        case .wait(let until):
            guard until > schedule.nextDue else { return }
            schedule.nextDue = until
            try ScheduleTable.updateProgress(schedule, in: connection)
        case .miss(let reason):
            let missed = schedule.slot
            schedule.awaitSlot(after: claim.now)
            try ScheduleTable.updateProgress(schedule, in: connection)
            try note(
                .rotationMissed,
                schedule.secret,
                actor: .daemon,
                now: claim.now,
                trigger: claim.trigger,
                detail: [
                    "error": .string(reason.rawValue), "scheduled_for": .string(missed.rfc3339),
                    "next_due": .string(schedule.nextDue.rfc3339),
                ]
            )
        }
    }

    /// Whether a request about the secret may still be on its way; a hold that is over is cleared away.
    private func isHeld(_ secret: SecretName, now: Instant) throws -> Bool {
        guard let until = try HoldTable.until(secret, in: connection) else { return false }
        guard until <= now else { return true }
        try HoldTable.release(secret, in: connection)
        return false
    }

    /// A request whose schedule was removed after it was taken in can't be served any more: it is dropped, and told.
    private func discardOrphans(of claim: Claim) throws -> Rotation? {
        guard try ScheduleTable.find(claim.secret, by: generators, in: connection) == nil else { return nil }
        let dropped = try connection.run(
            "DELETE FROM requests WHERE hub = ?1 AND alias = ?2 AND rotation IS NULL",
            claim.secret.hub,
            claim.secret.alias.text
        )
        guard dropped > 0 else { return nil }
        try note(
            .requestDropped,
            claim.secret,
            actor: .daemon,
            now: claim.now,
            trigger: claim.trigger,
            detail: ["error": "schedule_removed"]
        )
        return nil
    }

    /// Whether a rotation's generator is the one that its schedule has now; true where the schedule is gone.
    package func isPolicyCurrent(_ rotation: Rotation) throws -> Bool {
        guard let schedule = try ScheduleTable.find(rotation.secret, by: generators, in: connection) else {
            return true
        }
        return schedule.definition.generator == rotation.generator
    }

    /// Records a rotation's progress.
    package func save(_ change: RotationChange, now: Instant) throws {
        try transaction {
            let rotation = change.rotation
            let closedAt = rotation.state.phase == .closed ? now : nil
            try RotationTable.update(
                rotation,
                previous: change.previous,
                now: now,
                endedAt: change.end?.now,
                closedAt: closedAt,
                in: connection
            )
            if let attempt = change.attempt {
                try AttemptTable.record(attempt, of: rotation.id, in: connection)
            }
            for entry in change.entries { try AuditTable.append(entry, origin: origin, in: connection) }
            if let end = change.end { try conclude(rotation, end) }
        }
    }

    /// Has a parked rotation go on, as its candidate is readable again.
    package func takeUp(_ parked: Rotation, now: Instant) throws {
        try transaction {
            var rotation = parked
            let plan = RotationPlan(retry: .standard, confirm: false)
            try rotation.state.handle(.candidateFound, plan: plan, now: now, fraction: 0)
            let previous = parked.state
            try RotationTable.update(
                rotation,
                previous: previous,
                now: now,
                endedAt: nil,
                closedAt: nil,
                in: connection
            )
            try connection.run(
                """
                UPDATE rotations SET error = NULL, error_status = NULL, failed_step = NULL, failed_cause = NULL,
                    failed_number = NULL, failed_reason = NULL
                WHERE id = ?1
                """,
                rotation.id
            )
            let detail: [String: JSONValue?] = ["error": "candidate_lost"]
            let entry = rotation.entry(.rotationUnparked, now: now, trigger: .resume, detail: detail)
            try AuditTable.append(entry, origin: origin, in: connection)
        }
    }

    func conclude(
        _ rotation: Rotation,
        _ end: RotationChange.End,
        actor: Actor = .daemon,
        detail: [String: JSONValue] = [:]
    ) throws {
        var nextDue: Instant?
        let isReplaced = if case .failed(let failure) = end.ending { failure.isReplaced } else { false }
        try GroupTable.release(rotation.id, isUnused: isReplaced, now: end.now, in: connection)
        if let heldUntil = end.heldUntil {
            try HoldTable.set(rotation.secret, until: heldUntil, in: connection)
            if rotation.state.evidence.source == .updatedAt {
                try LookTable.set(rotation.secret, at: heldUntil, after: rotation.id, in: connection)
            }
        }
        if case .succeeded = end.ending {
            try ScheduleTable.setValueUnknown(rotation.secret, since: nil, in: connection)
        }
        if isReplaced { try RequestTable.release(rotation.id, in: connection) }
        if let schedule = try ScheduleTable.find(rotation.secret, by: generators, in: connection) {
            let moved = schedule.after(end.ending, of: rotation, now: end.now, retry: end.retry)
            try ScheduleTable.updateProgress(moved, in: connection)
            nextDue = moved.nextDue
        }
        var entry = rotation.endingEntry(end, nextDue: nextDue)
        entry.actor = actor
        entry.detail.merge(detail) { $1 }
        try AuditTable.append(entry, origin: origin, in: connection)
    }
}
