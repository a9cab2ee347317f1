import AIHubClient
package import AuditLog
package import RotationEngine
import SQLite
package import Scheduling
package import ValueGenerators

/// The main database, for writing: schedules, rotations, attempts, requests and the audit log.
///
/// Each method is one transaction, in which what changes and the entry that tells of it become durable together: if the
/// history can't be written, nothing else is.
package struct Ledger {
    /// The connection, which its owner serialises.
    let connection: Connection
    /// What audit entries say of this process.
    let origin: AuditOrigin

    /// Opens the database.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - origin: What audit entries say of this process.
    ///   - mayMigrate: Whether the caller holds the lock, and so may create the file and migrate it.
    /// - Throws: `SQLiteError`, or `Migrator.Failure` for a file that is newer, older or not ours.
    package init(path: String, origin: AuditOrigin, mayMigrate: Bool) throws {
        connection = try Connection(path: path, mode: mayMigrate ? .create : .readWrite)
        self.origin = origin
        if mayMigrate {
            try MainSchema.migrator.migrate(connection)
        } else {
            try MainSchema.migrator.verify(connection)
        }
    }

    /// What can be read.
    package var history: History { History(connection: connection) }

    /// Closes the file.
    ///
    /// The WAL stays as it is: truncating it would wait for readers, with the write lock held.
    package func close() {
        connection.close()
    }

    /// Appends to the audit log.
    package func append(_ entry: AuditEntry) throws {
        try connection.transaction { try AuditTable.append(entry, origin: origin, in: connection) }
    }

    /// Why a change was not made.
    package enum Refusal: Error, Equatable, CustomStringConvertible {
        case noSchedule(SecretName)
        case scheduleExists(SecretName)
        case notPaused(SecretName)
        case noRotation(RotationID)
        case notParked(RotationID)

        package var description: String {
            switch self {
            case .noSchedule(let secret):
                "no schedule for \(secret): see secret-rotator schedule list"
            case .scheduleExists(let secret):
                "\(secret) has a schedule already: remove it first"
            case .notPaused(let secret):
                "\(secret) is not paused"
            case .noRotation(let id):
                "there is no open rotation \(id): see secret-rotator rotation list --open"
            case .notParked(let id):
                "rotation \(id) is not parked: it goes on by itself"
            }
        }
    }
}

// MARK: Schedules

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

    private func existing(_ secret: SecretName) throws -> Schedule {
        guard let schedule = try ScheduleTable.find(secret, in: connection) else { throw Refusal.noSchedule(secret) }
        return schedule
    }

    private func note(
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

// MARK: Requests

extension Ledger {
    /// A request as it was taken in.
    package struct TakenRequest: Hashable, Sendable {
        package var request: RotationRequest
        /// The open rotation that it joined.
        package var joined: RotationID?
    }

    /// Writes requests, all or none.
    ///
    /// A request joins a rotation that is open, and brings its next try forward; a fresh one waits for its end.
    package func request(_ requests: [RotationRequest], actor: Actor) throws -> [TakenRequest] {
        try connection.transaction { try requests.map { try take($0, actor: actor) } }
    }

    /// Requests a rotation of each schedule of the given hubs' that is not paused and has no request waiting.
    package func requestAll(
        trigger: Trigger,
        overdueOnly: Bool,
        now: Instant,
        actor: Actor,
        random: any RandomSource
    ) throws -> [TakenRequest] {
        try connection.transaction {
            let schedules = try ScheduleTable.all(in: connection) { _ in }
            return try schedules.compactMap { schedule in
                guard !schedule.isPaused(at: now), !overdueOnly || schedule.nextDue <= now else { return nil }
                guard try !RequestTable.isWaiting(schedule.secret, in: connection) else { return nil }
                let id = RotationID(milliseconds: now.rawValue, random: random)
                let request = RotationRequest(id: id, secret: schedule.secret, requestedAt: now, trigger: trigger)
                return try take(request, actor: actor)
            }
        }
    }

    private func take(_ request: RotationRequest, actor: Actor) throws -> TakenRequest {
        guard try ScheduleTable.find(request.secret, in: connection) != nil else {
            throw Refusal.noSchedule(request.secret)
        }
        let open = try request.fresh ? nil : openForJoining(request.secret)
        try RequestTable.insert(request, actor: actor, joining: open, in: connection)
        if let open { try RotationTable.hurry(open, now: request.requestedAt, in: connection) }
        let detail: [String: JSONValue?] = [
            "request": .string(request.id.rawValue),
            "reason": request.reason.map(JSONValue.string),
            "ticket": request.ticket.map(JSONValue.string),
            "fresh": request.fresh ? true : nil,
        ]
        try note(
            .rotationRequested,
            request.secret,
            actor: actor,
            now: request.requestedAt,
            trigger: request.trigger,
            rotation: open,
            detail: detail
        )
        return TakenRequest(request: request, joined: open)
    }

    /// The secret's open rotation, while its outcome is not recorded yet: one that has ended can't be joined any more.
    private func openForJoining(_ secret: SecretName) throws -> RotationID? {
        try RotationTable.openRotation(of: secret, withoutOutcome: true, in: connection)
    }
}

// MARK: Rotations

extension Ledger {
    /// What is due at a hub, open rotations first.
    package func dueWork(hub: String, now: Instant, limit: Int) throws -> [DueWork] {
        let open = try connection.all(
            """
            SELECT id, alias FROM rotations
            WHERE hub = ?1 AND closed_at IS NULL AND phase <> 'parked' AND coalesce(next_step_at, 0) <= ?2
            ORDER BY next_step_at LIMIT ?3
            """,
            hub,
            now,
            limit
        ) { row throws(SQLiteError) in (id: try row.get(0, as: String.self), alias: try row.get(1, as: String.self)) }
        var work: [DueWork] = open.compactMap { row in
            guard let id = RotationID(rawValue: row.id), let alias = SecretAlias(row.alias) else { return nil }
            return .resume(id, SecretName(hub: hub, alias: alias))
        }
        if work.count < limit { work += try dueRequests(hub: hub, limit: limit - work.count) }
        if work.count < limit { work += try dueSlots(hub: hub, now: now, limit: limit - work.count) }
        return work
    }

    private func dueRequests(hub: String, limit: Int) throws -> [DueWork] {
        let rows = try connection.all(
            """
            SELECT q.alias, min(q.requested_at), q."trigger" FROM requests AS q
            WHERE q.hub = ?1 AND q.rotation IS NULL AND NOT EXISTS (
                SELECT 1 FROM rotations AS r WHERE r.hub = q.hub AND r.alias = q.alias AND r.closed_at IS NULL
            )
            GROUP BY q.alias ORDER BY min(q.requested_at) LIMIT ?2
            """,
            hub,
            limit
        ) { row throws(SQLiteError) in
            (alias: try row.get(0, as: String.self), trigger: try row.get(2, as: Trigger.self))
        }
        return rows.compactMap { row in
            SecretAlias(row.alias).map { .request(SecretName(hub: hub, alias: $0), row.trigger) }
        }
    }

    private func dueSlots(hub: String, now: Instant, limit: Int) throws -> [DueWork] {
        let rows = try connection.all(
            """
            SELECT s.alias, s.due_at FROM schedules AS s
            WHERE s.hub = ?1 AND s.due_at <= ?2 AND NOT EXISTS (
                SELECT 1 FROM rotations AS r WHERE r.hub = s.hub AND r.alias = s.alias AND r.closed_at IS NULL
            )
            ORDER BY s.due_at LIMIT ?3
            """,
            hub,
            now,
            limit
        ) { row throws(SQLiteError) in (alias: try row.get(0, as: String.self), dueAt: try row.get(1, as: Int64.self)) }
        return rows.compactMap { row in
            // A damaged instant is within range here; the claim reads it strictly, and fails for its row alone.
            let dueAt = Instant(milliseconds: row.dueAt)
            return SecretAlias(row.alias).map { .slot(SecretName(hub: hub, alias: $0), dueAt: dueAt) }
        }
    }

    /// When a hub's next work is due; 1970 for requests that wait.
    package func earliestDue(hub: String) throws -> Instant? {
        let earliest = try connection.first(
            """
            SELECT min(due) FROM (
                SELECT min(coalesce(next_step_at, 0)) AS due FROM rotations
                    WHERE hub = ?1 AND closed_at IS NULL AND phase <> 'parked'
                UNION ALL
                SELECT 0 FROM requests AS q WHERE q.hub = ?1 AND q.rotation IS NULL AND NOT EXISTS (
                    SELECT 1 FROM rotations AS r WHERE r.hub = q.hub AND r.alias = q.alias AND r.closed_at IS NULL)
                UNION ALL
                SELECT * FROM (SELECT s.due_at FROM schedules AS s WHERE s.hub = ?1 AND s.due_at IS NOT NULL
                    AND NOT EXISTS (
                        SELECT 1 FROM rotations AS r WHERE r.hub = s.hub AND r.alias = s.alias AND r.closed_at IS NULL)
                    ORDER BY s.due_at LIMIT 1)
            )
            """,
            hub
        ) { row throws(SQLiteError) in try row.get(0, as: Int64?.self) }
        return (earliest ?? nil).map { Instant(milliseconds: $0) }
    }

    /// Opens a rotation, if all that must hold for it holds at this moment.
    package func claim(_ claim: Claim) throws -> Rotation? {
        try connection.transaction {
            guard try RotationTable.openRotation(of: claim.secret, in: connection) == nil,
                var schedule = try ScheduleTable.find(claim.secret, in: connection),
                try HubTable.status(of: claim.secret.hub, in: connection).opensAt(now: claim.now) == nil
            else { return try discardOrphans(of: claim) }
            if claim.trigger.isScheduled, try !mayBegin(&schedule, claim) { return nil }
            let rotation = Rotation(opening: schedule, id: claim.id, trigger: claim.trigger, now: claim.now)
            try RotationTable.insert(rotation, in: connection)
            let requests = try RequestTable.join(rotation, in: connection)
            schedule.lastOpened = claim.now
            try ScheduleTable.updateProgress(schedule, in: connection)
            let entry = rotation.openingEntry(now: claim.now, requests: requests)
            try AuditTable.append(entry, origin: origin, in: connection)
            return rotation
        }
    }

    /// Re-checks, within the claiming transaction, what a scheduled rotation needs.
    private func mayBegin(_ schedule: inout Schedule, _ claim: Claim) throws -> Bool {
        guard !schedule.isPaused(at: claim.now), schedule.nextDue <= claim.now else { return false }
        guard let lastOpened = schedule.lastOpened else { return true }
        let earliest = lastOpened.advanced(by: schedule.definition.minInterval)
        guard claim.now < earliest else { return true }
        schedule.nextDue = earliest
        try ScheduleTable.updateProgress(schedule, in: connection)
        return false
    }

    /// A request whose schedule was removed after it was taken in can't be served any more: it is dropped, and told.
    private func discardOrphans(of claim: Claim) throws -> Rotation? {
        guard try ScheduleTable.find(claim.secret, in: connection) == nil else { return nil }
        let dropped = try connection.run(
            "DELETE FROM requests WHERE hub = ?1 AND alias = ?2 AND rotation IS NULL",
            claim.secret.hub,
            claim.secret.alias.text
        )
        guard dropped > 0 else { return nil }
        try note(
            .rotationMissed,
            claim.secret,
            actor: .daemon,
            now: claim.now,
            trigger: claim.trigger,
            detail: ["error": "schedule_removed"]
        )
        return nil
    }

    /// Records a rotation's progress.
    package func save(_ change: RotationChange, now: Instant) throws {
        try connection.transaction {
            let rotation = change.rotation
            let closedAt = rotation.state.phase == .closed ? now : nil
            try RotationTable.update(
                rotation,
                previous: change.previous,
                endedAt: change.end?.now,
                closedAt: closedAt,
                in: connection
            )
            if let attempt = change.attempt {
                try RotationTable.record(attempt, of: rotation.id, in: connection)
            }
            for entry in change.entries { try AuditTable.append(entry, origin: origin, in: connection) }
            if let end = change.end { try conclude(rotation, end) }
        }
    }

    /// Ends a parked rotation, as a person has decided; its candidate is erased by the engine.
    package func abandon(_ id: RotationID, reason: String, actor: Actor, now: Instant) throws -> SecretName {
        try connection.transaction {
            guard let stored = try RotationTable.find(id, in: connection), stored.closedAt == nil else {
                throw Refusal.noRotation(id)
            }
            guard case .parked = stored.rotation.state.phase else { throw Refusal.notParked(id) }
            var rotation = stored.rotation
            let plan = RotationPlan(retry: .standard, confirm: false)
            try rotation.state.handle(.abandoned, plan: plan, now: now, fraction: 0)
            let previous = stored.rotation.state
            try RotationTable.update(rotation, previous: previous, endedAt: now, closedAt: nil, in: connection)
            let end = RotationChange.End(ending: .abandoned, now: now, retry: .standard, trigger: rotation.trigger)
            try conclude(rotation, end, actor: actor, detail: ["reason": .string(reason)])
            return rotation.secret
        }
    }

    private func conclude(
        _ rotation: Rotation,
        _ end: RotationChange.End,
        actor: Actor = .daemon,
        detail: [String: JSONValue] = [:]
    ) throws {
        var nextDue: Instant?
        if let schedule = try ScheduleTable.find(rotation.secret, in: connection) {
            let moved = schedule.after(end.ending, of: rotation, now: end.now, retry: end.retry)
            try ScheduleTable.updateProgress(moved, in: connection)
            nextDue = moved.nextDue
        }
        var entry = rotation.endingEntry(end, nextDue: nextDue)
        entry.actor = actor
        entry.detail.merge(detail) { $1 }
        try AuditTable.append(entry, origin: origin, in: connection)
    }

    /// Changes a hub's status.
    package func updateHub(
        _ hub: String,
        now: Instant,
        _ change: (HubStatus, Instant) -> HubStatus?
    ) throws -> HubStatus? {
        try connection.transaction {
            let before = try HubTable.status(of: hub, in: connection)
            guard let after = change(before, now) else { return nil }
            try HubTable.set(after, of: hub, in: connection)
            if let entry = HubStatus.entry(from: before, to: after, hub: hub, now: now) {
                try AuditTable.append(entry, origin: origin, in: connection)
            }
            return after
        }
    }
}
