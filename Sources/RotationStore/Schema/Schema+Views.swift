extension MainSchema {
    /// What auditors with SQL read: instants as RFC 3339 in UTC, durations in seconds.
    ///
    /// JSON functions stand in views alone: `trusted_schema=OFF` forbids them in tables.
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
            SELECT seq, json_extract(line, '$.time') AS time, json_extract(line, '$.event') AS event,
                   json_extract(line, '$.hub') AS hub, json_extract(line, '$.alias') AS alias,
                   json_extract(line, '$.actor') AS actor, json_extract(line, '$.detail') AS detail
            FROM audit_log WHERE json_extract(line, '$.event') LIKE 'schedule.%';
        CREATE VIEW audit_entries AS
            SELECT seq, json_extract(line, '$.time') AS time, json_extract(line, '$.event') AS event,
                   json_extract(line, '$.hub') AS hub, json_extract(line, '$.alias') AS alias,
                   json_extract(line, '$.rotation') AS rotation, json_extract(line, '$.trigger') AS "trigger",
                   json_extract(line, '$.actor.kind') AS actor_kind, json_extract(line, '$.actor.name') AS actor_name,
                   json_extract(line, '$.actor.uid') AS actor_uid, json_extract(line, '$.detail') AS detail,
                   json_extract(line, '$.host') AS host, json_extract(line, '$.boot') AS boot,
                   json_extract(line, '$.version') AS version, line
            FROM audit_log;
        """

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
