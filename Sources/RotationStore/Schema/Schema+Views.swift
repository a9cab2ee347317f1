extension MainSchema {
    /// What auditors with SQL read: instants as RFC 3339 in UTC, durations in seconds.
    ///
    /// JSON functions stand in views alone: `trusted_schema=OFF` forbids them in tables.
    ///
    /// Views hold no data: each change of their text is a further migration that makes them all anew (``newViews``).
    static let views = """
        CREATE VIEW schedule_current AS
            SELECT hub, alias, every_ms / 1000.0 AS every_seconds, cron, timezone, window_ms / 1000.0 AS window_seconds,
                   jitter_ms / 1000.0 AS jitter_seconds, max_age_ms / 1000.0 AS max_age_seconds, catch_up,
                   group_name AS "group", group_spacing_ms / 1000.0 AS group_spacing_seconds,
                   json_extract(generator, '$.type') AS generator, owner, policy, next_step,
                   \(utc("CASE WHEN next_step <> 'never' THEN coalesce(slot, anchor) END")) AS slot,
                   \(utc("next_due")) AS next_due, \(utc("last_success")) AS last_success, failures,
                   \(utc(overdueSince)) AS overdue_since,
                   paused_at IS NOT NULL AS paused, \(utc("paused_until")) AS paused_until, pause_reason
            FROM schedules;
        CREATE VIEW rotation_history AS
            SELECT id AS rotation, hub, alias, "trigger", phase, outcome, decision, is_confirmed AS confirmed, attempts,
                   error, error_status AS status, failed_step, failed_cause,
                   CASE failed_cause WHEN 'exited' THEN failed_number END AS exit_status,
                   CASE failed_cause WHEN 'signaled' THEN failed_number END AS signal,
                   failed_cause IS 'timed_out' AS timed_out, failed_reason AS reason,
                   deferred_step, deferred_cause, policy_hash, \(utc("slot")) AS scheduled_for,
                   \(utc("opened_at")) AS opened_at, \(utc("ended_at")) AS ended_at,
                   \(utc("closed_at")) AS closed_at
            FROM rotations;
        CREATE VIEW attempt_history AS
            SELECT a.rotation, r.hub, r.alias, a.number AS attempt, \(utc("a.started_at")) AS started_at,
                   \(utc("a.ended_at")) AS ended_at, a.outcome, a.error, a.status, a.request_id
            FROM attempts AS a JOIN rotations AS r ON r.id = a.rotation;
        CREATE VIEW schedule_changes AS
            SELECT seq, \(LineSQL.member("time")) AS time, \(LineSQL.member("event")) AS event,
                   \(LineSQL.member("hub")) AS hub, \(LineSQL.member("alias")) AS alias,
                   \(LineSQL.member("actor")) AS actor, \(LineSQL.member("detail")) AS detail
            FROM audit_log WHERE \(LineSQL.member("event")) LIKE 'schedule.%';
        CREATE VIEW audit_entries AS
            SELECT seq, \(LineSQL.member("time")) AS time, \(LineSQL.member("event")) AS event,
                   \(LineSQL.member("hub")) AS hub, \(LineSQL.member("alias")) AS alias,
                   \(LineSQL.member("rotation")) AS rotation, \(LineSQL.member("trigger")) AS "trigger",
                   \(LineSQL.member("actor.kind")) AS actor_kind, \(LineSQL.member("actor.name")) AS actor_name,
                   \(LineSQL.member("actor.uid")) AS actor_uid, \(LineSQL.member("detail")) AS detail,
                   \(LineSQL.member("host")) AS host, \(LineSQL.member("boot")) AS boot,
                   \(LineSQL.member("version")) AS version, line
            FROM audit_log;
        CREATE VIEW drift_current AS
            SELECT hub, alias, kind, \(utc("since")) AS since, \(utc("updated_at")) AS updated_at,
                   \(utc("last_seen")) AS delivered_updated_at, last_updated_by,
                   \(utc("CASE kind WHEN 'overdue' THEN at END")) AS overdue_since,
                   \(utc("CASE kind WHEN 'unknown_change' THEN at END")) AS changed_at
            FROM drift_findings;
        """

    /// Makes all views anew.
    static let newViews: String = {
        let names = views.matches(of: #/CREATE VIEW (\w+)/#).map(\.1)
        return names.map { "DROP VIEW IF EXISTS \($0);\n" }.joined() + views
    }()

    /// SQL that says since when a secret is overdue, as `Schedule.overdueSince(now:)` does; NULL where it is not.
    ///
    /// A Julian day is a float of about 0.05 ms here: rounded it is the same millisecond as `strftime` has.
    private static let overdueSince = """
        CASE WHEN coalesce(last_success, anchor) + max_age_ms <= round((julianday('now') - 2440587.5) * 86400000)
             THEN coalesce(last_success, anchor) + max_age_ms END
        """

    /// SQL that writes an instant's column as RFC 3339.
    private static func utc(_ column: String) -> String {
        "strftime('%Y-%m-%dT%H:%M:%fZ', \(column) / 1000.0, 'unixepoch')"
    }
}
