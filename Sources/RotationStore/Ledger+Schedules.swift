import AIHubClient
package import AuditLog
package import RotationEngine
import SQLite
package import Scheduling
import ValueGenerators

extension Ledger {
    /// Adds schedules: all of them, or none.
    package func add(_ schedules: [Schedule], actor: Actor, now: Instant) throws {
        try connection.transaction {
            for schedule in schedules {
                guard try ScheduleTable.insert(schedule, in: connection) else {
                    throw Refusal.scheduleExists(schedule.secret)
                }
                let detail = schedule.auditDetail
                try note(.scheduleAdded, schedule.secret, actor: actor, now: now, detail: detail)
            }
        }
    }

    /// Removes schedules, all or none; the history of their secrets stays, and so does a rotation that is open.
    package func remove(_ secrets: [SecretName], actor: Actor, now: Instant) throws {
        try connection.transaction {
            for secret in secrets {
                let detail = try detailForRemoval(secret)
                try ScheduleTable.delete(secret, in: connection)
                try note(.scheduleRemoved, secret, actor: actor, now: now, detail: detail)
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
        try connection.transaction {
            for secret in secrets {
                var schedule = try existing(secret)
                schedule.pause = pause
                if let until = pause.until, schedule.nextDue <= until {
                    schedule.nextDue = schedule.definition.cadence.nextSlot(after: until, anchor: schedule.anchor)
                }
                try ScheduleTable.updatePause(schedule, in: connection)
                let detail: [String: JSONValue?] = [
                    "reason": pause.reason.map(JSONValue.string),
                    "until": pause.until.map { .string($0.rfc3339) },
                ]
                try note(.schedulePaused, secret, actor: actor, now: pause.since, detail: detail)
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
        try connection.transaction {
            try secrets.map { secret in
                var schedule = try existing(secret)
                guard schedule.isPaused(at: now) else { throw Refusal.notPaused(secret) }
                schedule.pause = nil
                schedule.nextDue = schedule.definition.cadence.nextSlot(after: now, anchor: schedule.anchor)
                try ScheduleTable.updatePause(schedule, in: connection)
                let detail: [String: JSONValue?] = ["next_due": .string(schedule.nextDue.rfc3339)]
                try note(.scheduleResumed, secret, actor: actor, now: now, detail: detail)
                return schedule
            }
        }
    }

    /// What an entry about a removal says; a row that can't be read can be removed all the same.
    private func detailForRemoval(_ secret: SecretName) throws -> [String: JSONValue?] {
        do {
            return try existing(secret).auditDetail
        } catch is UndecodableRow {
            return ["error": "undecodable"]
        }
    }

    func existing(_ secret: SecretName) throws -> Schedule {
        guard let schedule = try ScheduleTable.find(secret, in: connection) else { throw Refusal.noSchedule(secret) }
        return schedule
    }

    /// Appends an entry about a secret.
    func note(
        _ event: AuditEvent,
        _ secret: SecretName,
        actor: Actor,
        now: Instant,
        trigger: Trigger? = nil,
        rotation: RotationID? = nil,
        detail: [String: JSONValue?]
    ) throws {
        let entry = AuditEntry(
            event,
            time: now.rfc3339,
            actor: actor,
            hub: secret.hub,
            alias: secret.alias.text,
            rotation: rotation?.rawValue,
            trigger: trigger,
            detail: detail
        )
        try AuditTable.append(entry, origin: origin, in: connection)
    }
}

extension Schedule {
    /// What the audit log says of a schedule that comes or goes.
    fileprivate var auditDetail: [String: JSONValue?] {
        guard case .every(let period) = definition.cadence else { return [:] }
        return [
            "every": .string(DurationText.format(period.duration)),
            "min_interval": .string(DurationText.format(definition.minInterval)),
            "generator": .string(definition.generator.type),
            "policy_hash": .string(definition.generator.policyHash),
            "next_due": .string(nextDue.rfc3339),
            "owner": definition.owner.map(JSONValue.string),
            "policy": definition.policy.map(JSONValue.string),
        ]
    }
}
