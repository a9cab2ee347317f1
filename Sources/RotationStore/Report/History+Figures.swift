import RotationCore
import SQLite
package import Scheduling

/// The figures of metrics and of the status page: a few statements for each hub, whatever the number of secrets.
extension History {
    /// The most rows that a list of figures holds.
    package static let listed = 8
    /// The days that are looked back, today among them.
    package static let daysShown = 14
    private static let dayLength = Int64(86_400_000)

    /// Reads all figures in one state of the history.
    ///
    /// - Parameter hubs: The configured hubs.
    package func figures(hubs: some Sequence<String>, now: Instant) throws -> HistoryFigures {
        try snapshot {
            var figures = HistoryFigures()
            for name in hubs.sorted() {
                figures.hubs.append(try hubFigures(name, now: now))
                figures.upcoming += try upcoming(name)
                figures.recent += try recent(name)
                figures.days += try days(name, now: now)
            }
            figures.upcoming = Array(figures.upcoming.sorted { $0.at < $1.at }.prefix(Self.listed))
            figures.recent = Array(figures.recent.sorted { $0.endedAt > $1.endedAt }.prefix(Self.listed))
            figures.headSeq =
                try connection.first("SELECT max(seq) FROM audit_log") { row throws(SQLiteError) in
                    try row.get(0, as: Int64?.self)
                }.flatMap { $0 } ?? 0
            figures.checkpoint = try newestCheckpointFigures()
            figures.witnesses = try witnessStandings()
            return figures
        }
    }

    /// The newest verification among the newest entries; nil where they record none.
    package func lastVerification(within entries: Int64 = 100_000) throws -> HistoryFigures.Verification? {
        let found = try connection.first(
            """
            SELECT \(LineSQL.member("time")), \(LineSQL.member("detail.problems")) FROM audit_log
            WHERE seq > (SELECT max(seq) FROM audit_log) - ?1 AND line LIKE '%"event":"audit.verified"%'
            ORDER BY seq DESC LIMIT 1
            """,
            entries
        ) { row throws(SQLiteError) in
            (time: try row.get(0, as: String?.self), problems: try row.get(1, as: Int64?.self))
        }
        guard let found, let at = found.time.flatMap({ Instant(rfc3339: $0) }), let problems = found.problems else {
            return nil
        }
        return HistoryFigures.Verification(at: at, problems: Int(problems))
    }

    /// All open rotations, the oldest first.
    package func openRotations() throws -> [HistoryFigures.Open] {
        try connection.all(
            "SELECT id, hub, alias, phase, attempts, opened_at FROM rotations WHERE closed_at IS NULL ORDER BY opened_at"
        ) { row throws(SQLiteError) in
            HistoryFigures.Open(
                id: try row.get(0),
                hub: try row.get(1),
                alias: try row.get(2),
                phase: try row.get(3),
                attempts: try row.get(4),
                openedAt: try row.get(5)
            )
        }
    }

    // MARK: One hub

    private func hubFigures(_ name: String, now: Instant) throws -> HistoryFigures.Hub {
        var hub = HistoryFigures.Hub(name: name)
        hub.status = try hubStatus(name)
        for row in try states(name, now: now) {
            if let state = HistoryFigures.State(rawValue: row.state) { hub.states[state] = row.count }
            hub.overdue += row.overdue
            hub.neverRotated += row.never
            hub.nextDue = [hub.nextDue, row.due].compactMap { $0 }.min()
            hub.oldestSuccess = [hub.oldestSuccess, row.success].compactMap { $0 }.min()
        }
        return hub
    }

    private struct StateRow {
        var state: String
        var count: Int
        var overdue: Int
        var never: Int
        var due: Instant?
        var success: Instant?
    }

    private func states(_ hub: String, now: Instant) throws -> [StateRow] {
        try connection.all(
            """
            SELECT CASE WHEN phase = 'parked' THEN 'parked' WHEN is_paused THEN 'paused' WHEN failures > 0 THEN 'failing'
                        WHEN is_overdue THEN 'overdue' WHEN phase IS NOT NULL THEN 'rotating' ELSE 'ok' END AS state,
                   count(*), sum(is_overdue AND NOT is_paused), sum(last_success IS NULL), min(due_at), min(last_success)
            FROM (
                SELECT r.phase, s.failures, s.last_success, s.due_at,
                       s.paused_at IS NOT NULL AND (s.paused_until IS NULL OR s.paused_until > ?2) AS is_paused,
                       s.max_age_ms IS NOT NULL AND coalesce(s.last_success, s.anchor) + s.max_age_ms <= ?2 AS is_overdue
                FROM schedules AS s
                LEFT JOIN rotations AS r ON r.hub = s.hub AND r.alias = s.alias AND r.closed_at IS NULL
                WHERE s.hub = ?1
            ) GROUP BY state
            """,
            hub,
            now
        ) { row throws(SQLiteError) in
            StateRow(
                state: try row.get(0),
                count: try row.get(1),
                overdue: try row.get(2),
                never: try row.get(3),
                due: try row.get(4),
                success: try row.get(5)
            )
        }
    }

    private func upcoming(_ hub: String) throws -> [HistoryFigures.Upcoming] {
        try connection.all(
            """
            SELECT alias, due_at FROM schedules WHERE hub = ?1 AND due_at IS NOT NULL ORDER BY due_at LIMIT \(Self.listed)
            """,
            hub
        ) { row throws(SQLiteError) in
            HistoryFigures.Upcoming(hub: hub, alias: try row.get(0), at: try row.get(1))
        }
    }

    private func recent(_ hub: String) throws -> [HistoryFigures.Ended] {
        try connection.all(
            """
            SELECT id, alias, outcome, "trigger", opened_at, ended_at FROM rotations
            WHERE hub = ?1 AND ended_at IS NOT NULL ORDER BY ended_at DESC LIMIT \(Self.listed)
            """,
            hub
        ) { row throws(SQLiteError) in
            HistoryFigures.Ended(
                id: try row.get(0),
                hub: hub,
                alias: try row.get(1),
                outcome: try row.get(2),
                trigger: try row.get(3),
                openedAt: try row.get(4),
                endedAt: try row.get(5)
            )
        }
    }

    private func days(_ hub: String, now: Instant) throws -> [HistoryFigures.Day] {
        let today = now.rawValue / Self.dayLength
        let start = Instant(milliseconds: (today - Int64(Self.daysShown - 1)) * Self.dayLength)
        return try connection.all(
            """
            SELECT ended_at / \(Self.dayLength), outcome, count(*) FROM rotations
            WHERE hub = ?1 AND ended_at >= ?2 GROUP BY 1, 2
            """,
            hub,
            start
        ) { row throws(SQLiteError) in
            HistoryFigures.Day(day: try row.get(0), outcome: try row.get(1), count: try row.get(2))
        }
    }

    private func newestCheckpointFigures() throws -> HistoryFigures.Checkpoint? {
        try connection.first(
            "SELECT size, signed_at FROM audit_checkpoints ORDER BY size DESC, signed_at DESC LIMIT 1"
        ) { row throws(SQLiteError) in
            HistoryFigures.Checkpoint(size: try row.get(0), signedAt: try row.get(1))
        }
    }
}
