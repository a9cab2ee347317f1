package import RotationCore
import SQLite
package import Scheduling

extension Ledger {
    /// What is due at a hub, open rotations first.
    package func dueWork(hub: String, _ part: WorkPart = .all, now: Instant, limit: Int) throws -> [DueWork] {
        let open = try connection.all(
            """
            SELECT id, alias FROM rotations
            WHERE hub = ?1 AND closed_at IS NULL AND \(part.condition) AND coalesce(next_step_at, 0) <= ?2
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
        guard part == .all else { return work }
        if work.count < limit { work += try dueRequests(hub: hub, now: now, limit: limit - work.count) }
        if work.count < limit { work += try dueSlots(hub: hub, now: now, limit: limit - work.count) }
        if work.count < limit { work += try dueLooks(hub: hub, now: now, limit: limit - work.count) }
        return work
    }

    /// What a request that can be served now fulfils: `?1` hub, `?2` now.
    ///
    /// Of several for one secret the first counts.
    private static let isServable = """
        q.hub = ?1 AND q.rotation IS NULL AND NOT EXISTS (
            SELECT 1 FROM requests AS e INDEXED BY requests_by_secret WHERE e.hub = q.hub AND e.alias = q.alias AND e.rotation IS NULL
                AND (e.requested_at, e.id) < (q.requested_at, q.id)
        ) AND NOT EXISTS (
            SELECT 1 FROM rotations AS r WHERE r.hub = q.hub AND r.alias = q.alias AND r.closed_at IS NULL
        ) AND NOT EXISTS (
            SELECT 1 FROM holds AS h WHERE h.hub = q.hub AND h.alias = q.alias AND h.until > ?2
        ) AND NOT EXISTS (
            SELECT 1 FROM schedules AS s WHERE s.hub = q.hub AND s.alias = q.alias AND NOT \(GroupTable.isFree)
        )
        """

    /// The secrets that somebody wants rotated, the first request first; `?3` how many.
    ///
    /// By an index in that order, so that it costs what it finds and not what waits.
    package static let dueRequestsQuery = """
        SELECT q.alias, q."trigger" FROM requests AS q INDEXED BY requests_waiting
        WHERE \(isServable) ORDER BY q.requested_at LIMIT ?3
        """

    private func dueRequests(hub: String, now: Instant, limit: Int) throws -> [DueWork] {
        let rows = try connection.all(Self.dueRequestsQuery, hub, now, limit) { row throws(SQLiteError) in
            (alias: try row.get(0, as: String.self), trigger: try row.get(1, as: Trigger.self))
        }
        return rows.compactMap { row in
            SecretAlias(row.alias).map { .request(SecretName(hub: hub, alias: $0), row.trigger) }
        }
    }

    private func dueLooks(hub: String, now: Instant, limit: Int) throws -> [DueWork] {
        try LookTable.due(hub: hub, now: now, limit: limit, in: connection).compactMap { alias in
            SecretAlias(alias).map { .look(SecretName(hub: hub, alias: $0)) }
        }
    }

    /// The secrets whose slot has come: `?1` hub, `?2` now, `?3` how many.
    package static let dueSlotsQuery = """
        SELECT s.alias, s.due_at FROM schedules AS s
        WHERE s.hub = ?1 AND s.due_at <= ?2 AND NOT EXISTS (
            SELECT 1 FROM rotations AS r WHERE r.hub = s.hub AND r.alias = s.alias AND r.closed_at IS NULL
        ) AND NOT EXISTS (
            SELECT 1 FROM holds AS h WHERE h.hub = s.hub AND h.alias = s.alias AND h.until > ?2
        ) AND \(GroupTable.isFree)
        ORDER BY s.due_at LIMIT ?3
        """

    private func dueSlots(hub: String, now: Instant, limit: Int) throws -> [DueWork] {
        let rows = try connection.all(
            Self.dueSlotsQuery,
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
    ///
    /// The end of a hold counts as work, and so does a group's becoming free: whatever was held is looked at then.
    package func earliestDue(hub: String, _ part: WorkPart = .all, now: Instant) throws -> Instant? {
        guard part == .all else { return try earliestStep(hub: hub, part) }
        let earliest = try connection.first(
            """
            SELECT min(due) FROM (
                SELECT min(coalesce(next_step_at, 0)) AS due FROM rotations
                    WHERE hub = ?1 AND closed_at IS NULL AND \(WorkPart.all.condition)
                UNION ALL
                SELECT min(until) FROM holds WHERE hub = ?1 AND until > ?2
                UNION ALL
                SELECT min(look_at) FROM looks WHERE hub = ?1 AND look_at > ?2
                UNION ALL
                SELECT min(free_at) FROM groups WHERE rotation IS NULL AND free_at > ?2
                UNION ALL
                SELECT * FROM (
                    SELECT 0 FROM requests AS q INDEXED BY requests_waiting WHERE \(Self.isServable) LIMIT 1)
                UNION ALL
                SELECT * FROM (SELECT s.due_at FROM schedules AS s WHERE s.hub = ?1 AND s.due_at IS NOT NULL
                    AND NOT EXISTS (
                        SELECT 1 FROM rotations AS r WHERE r.hub = s.hub AND r.alias = s.alias AND r.closed_at IS NULL)
                    AND NOT EXISTS (
                        SELECT 1 FROM holds AS h WHERE h.hub = s.hub AND h.alias = s.alias AND h.until > ?2)
                    AND \(GroupTable.isFree)
                    ORDER BY s.due_at LIMIT 1)
            )
            """,
            hub,
            now
        ) { row throws(SQLiteError) in try row.get(0, as: Int64?.self) }
        return (earliest ?? nil).map { Instant(milliseconds: $0) }
    }

    private func earliestStep(hub: String, _ part: WorkPart) throws -> Instant? {
        let earliest = try connection.first(
            """
            SELECT min(coalesce(next_step_at, 0)) FROM rotations
            WHERE hub = ?1 AND closed_at IS NULL AND \(part.condition)
            """,
            hub
        ) { row throws(SQLiteError) in try row.get(0, as: Int64?.self) }
        return (earliest ?? nil).map { Instant(milliseconds: $0) }
    }
}

extension WorkPart {
    /// SQL that tells an open rotation of this part from others.
    fileprivate var condition: String {
        switch self {
        case .all: "phase NOT IN ('parked', 'finish_held')"
        case .withoutHub: "phase IN (\(RotationState.hubDonePhases.map { "'\($0)'" }.joined(separator: ", ")))"
        }
    }
}
