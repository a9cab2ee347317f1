import RotationCore
import SQLite
package import Scheduling

extension Ledger {
    /// Takes in that the real-time clock was set.
    ///
    /// A clock that was ahead has left instants that would keep secrets from rotating for as long as it was ahead: they
    /// are brought back to where they can come true. Nothing is made due by that.
    ///
    /// - Parameters:
    ///   - step: How far it was set, negative for backwards.
    ///   - farthest: No wait of the retry policy, or that a hub may ask for, is longer.
    ///   - longestHolds: For how long a secret of each hub may be held: a request, and its late application.
    package func adjustForClockStep(
        _ step: Duration,
        now: Instant,
        farthest: Duration,
        longestHolds: [String: Duration]
    ) throws {
        try transaction {
            recorder.setWide()
            var moved = 0
            try moveHolds(by: step, now: now, longestHolds)
            if step < .zero { moved = try bringBack(now: now, farthest: farthest) }
            try holdWhatMayArrive(now: now, longestHolds)
            try GroupTable.adjustForClockStep(step, now: now, in: connection)
            let event = Audit.ClockSkewed(stepMs: step.milliseconds, schedulesMoved: moved > 0 ? moved : nil)
            try record(AuditEntry(event, time: now.rfc3339, actor: .daemon))
        }
    }

    /// The latest time among the newest entries, as far back as the last step of the clock that was recorded; nil for none.
    ///
    /// Not that of the newest entry: one may have been written after the clock was set back and before the daemon that was
    /// to record it has died.
    package func latestEntryTime() throws -> Instant? {
        let time: String? =
            try connection.first(
                """
                WITH newest AS MATERIALIZED (
                    SELECT seq, \(LineSQL.member("time")) AS time, \(LineSQL.member("event")) AS event
                    FROM audit_log ORDER BY seq DESC LIMIT 1000
                )
                SELECT max(time) FROM newest
                WHERE seq >= coalesce((SELECT max(seq) FROM newest WHERE event = 'clock.skewed'), 0)
                """
            ) { row throws(SQLiteError) in try row.get(0, as: String?.self) } ?? nil
        return time.flatMap { Instant(rfc3339: $0) }
    }

    /// A hold lasts for a length of time, whatever the clock is set to: what is on its way arrives no sooner for it.
    ///
    /// A row does not tell by which clock it was written: rotations go on until the step is noticed. So of both answers the
    /// later one counts, and none later than a whole hold from now.
    private func moveHolds(by step: Duration, now: Instant, _ longest: [String: Duration]) throws {
        let before = now.advanced(by: .zero - step)
        for (table, column) in [("holds", "until"), ("looks", "look_at")] {
            let hubs: [String] = try connection.all("SELECT DISTINCT hub FROM \(table)") { row throws(SQLiteError) in
                try row.get(0)
            }
            for hub in hubs {
                try connection.run(
                    """
                    UPDATE \(table) SET \(column) = min(max(\(column) + ?1, \(column)), ?4)
                    WHERE hub = ?5 AND \(column) > min(?2, ?3)
                    """,
                    step.milliseconds,
                    before,
                    now,
                    now.advanced(by: longest[hub] ?? Self.longestUnknownHold),
                    hub
                )
            }
        }
    }

    /// No hold at a hub that is not configured any more is longer.
    private static let longestUnknownHold = Duration.seconds(86_400)

    /// When an attempt of an open rotation was sent can't be told any more by the clock: it may arrive for a whole hold from
    /// now on.
    private func holdWhatMayArrive(now: Instant, _ longestHolds: [String: Duration]) throws {
        for (hub, hold) in longestHolds.sorted(by: { $0.key < $1.key }) {
            try connection.run(
                """
                INSERT INTO holds (hub, alias, until)
                SELECT hub, alias, ?2 FROM rotations
                WHERE hub = ?1 AND closed_at IS NULL AND outcome IS NULL
                    AND (is_ambiguous = 1 OR is_attempt_under_way = 1)
                ON CONFLICT (hub, alias) DO UPDATE SET until = max(until, excluded.until)
                """,
                hub,
                now.advanced(by: hold)
            )
        }
    }

    private func bringBack(now: Instant, farthest: Duration) throws -> Int {
        var moved = 0
        for schedule in try ScheduleTable.all(by: generators, in: connection, broken: { _ in }) {
            let sound = schedule.adjustedForClockStep(now: now, farthest: farthest)
            guard sound != schedule else { continue }
            try write(sound)
            moved += 1
        }
        let latest = now.advanced(by: farthest)
        // What waits for `finish` may wait for weeks, as its schedule says.
        try connection.run(
            """
            UPDATE rotations SET next_step_at = ?1 + CASE phase WHEN 'succeeded' THEN finish_after_ms ELSE 0 END,
                retry_floor = min(retry_floor, ?1), hurry_floor = min(hurry_floor, ?1)
            WHERE closed_at IS NULL
                AND next_step_at > ?2 + CASE phase WHEN 'succeeded' THEN finish_after_ms ELSE 0 END
            """,
            now,
            latest
        )
        try connection.run("UPDATE hubs SET paused_until = ?1 WHERE paused_until > ?2", now, latest)
        try connection.run("UPDATE hubs SET paused_since = ?1 WHERE paused_since > ?1", now)
        try connection.run("UPDATE hubs SET probe_at = ?1 WHERE probe_at > ?2", now, latest)
        return moved
    }
}
