package import RotationCore
import SQLite
package import Scheduling

extension Ledger {
    /// Adds schedules: all of them, or none.
    package func add(_ schedules: [Schedule], actor: Actor, now: Instant) throws {
        try transaction {
            for schedule in schedules { try carryOut(.add(schedule), actor: actor, now: now) }
        }
    }

    /// Changes schedules, all or none; one that is as it should be already stays as it is.
    ///
    /// - Returns: What was changed.
    package func edit(
        _ secrets: [SecretName],
        _ edit: ScheduleEdit,
        actor: Actor,
        now: Instant
    ) throws -> SchedulePlan {
        try transaction {
            let current = try secrets.map(existing)
            let desired = current.map {
                DesiredSchedule(secret: $0.secret, definition: edit.applied(to: $0.definition))
            }
            for target in desired {
                if let conflict = target.definition.conflict { throw Refusal.conflict(target.secret, conflict) }
            }
            let plan = SchedulePlan(current: current, desired: desired, prune: false, now: now)
            for step in plan.steps { try carryOut(step, actor: actor, now: now) }
            return plan
        }
    }

    /// Makes one change, with the entry that tells of it.
    func carryOut(_ step: SchedulePlan.Step, actor: Actor, now: Instant) throws {
        switch step {
        case .add(let schedule):
            guard try ScheduleTable.insert(schedule, in: connection) else {
                throw Refusal.scheduleExists(schedule.secret)
            }
            try ZoneTable.note(schedule.definition.timezone, in: connection)
            try endFindings([.unmanaged], of: schedule.secret)
        case .change(_, let schedule):
            try ScheduleTable.updateDefinition(schedule, in: connection)
            try ZoneTable.note(schedule.definition.timezone, in: connection)
        case .remove(let schedule):
            try ScheduleTable.delete(schedule.secret, in: connection)
            try endFindings(DriftKind.ofSchedule, of: schedule.secret)
        }
        recorder.addSchedule(step.secret)
        try note(step.auditEvent, step.secret, actor: actor, now: now)
    }

    /// Removes schedules, all or none; the history of their secrets stays, and so does a rotation that is open.
    ///
    /// - Returns: The rotations that are open.
    package func remove(_ secrets: [SecretName], actor: Actor, now: Instant) throws -> [RotationID] {
        try transaction {
            for secret in secrets {
                do {
                    try carryOut(.remove(existing(secret)), actor: actor, now: now)
                } catch is UndecodableRow {
                    // A row that can't be read can be removed all the same.
                    try ScheduleTable.delete(secret, in: connection)
                    try endFindings(DriftKind.ofSchedule, of: secret)
                    recorder.addSchedule(secret)
                    try note(Audit.ScheduleRemoved.undecodable, secret, actor: actor, now: now)
                }
            }
            return try secrets.compactMap {
                try RotationTable.openRotation(of: $0, withoutOutcome: true, in: connection)
            }
        }
    }

    /// Pauses schedules, all or none.
    ///
    /// A slot within a pause that ends by itself does not fire at its end: the next one does. A rotation that is open
    /// goes on.
    ///
    /// - Returns: The open rotations of the paused secrets.
    package func pause(_ secrets: [SecretName], _ pause: Schedule.Pause, actor: Actor) throws -> [RotationID] {
        try transaction {
            for secret in secrets {
                try ScheduleTable.updatePause(existing(secret).paused(pause), in: connection)
                recorder.addSchedule(secret)
                let event = Audit.SchedulePaused(reason: pause.reason, until: pause.until)
                try note(event, secret, actor: actor, now: pause.since)
            }
            return try secrets.compactMap {
                try RotationTable.openRotation(of: $0, withoutOutcome: true, in: connection)
            }
        }
    }

    /// Resumes schedules, all or none.
    ///
    /// A slot that passed meanwhile does not fire: the next one does.
    ///
    /// - Returns: The schedules as they are now.
    package func resume(_ secrets: [SecretName], actor: Actor, now: Instant) throws -> [Schedule] {
        try transaction {
            try secrets.map { secret in
                let paused = try existing(secret)
                guard paused.isPaused(at: now) else { throw Refusal.notPaused(secret) }
                let schedule = paused.resumed(now: now)
                try ScheduleTable.updatePause(schedule, in: connection)
                recorder.addSchedule(secret)
                let event = Audit.ScheduleResumed(nextDue: schedule.nextDue)
                try note(event, secret, actor: actor, now: now)
                return schedule
            }
        }
    }

    func existing(_ secret: SecretName) throws -> Schedule {
        guard let schedule = try ScheduleTable.find(secret, by: generators, in: connection) else {
            throw Refusal.noSchedule(secret)
        }
        return schedule
    }

    /// Appends an entry about a secret.
    func note(_ event: some AuditEvent, _ secret: SecretName, actor: Actor, now: Instant) throws {
        let entry = AuditEntry(event, time: now.rfc3339, actor: actor, hub: secret.hub, alias: secret.alias.text)
        try record(entry)
    }
}
