import SQLite

/// The main database's schema, step by step.
enum MainSchema {
    /// "SRot", which `file(1)` and the `sqlite3` shell show.
    static let migrator = Migrator(
        applicationID: 0x5352_6F74,
        steps: [version1, version2, version3, version4, version5, version6, version7, version8, version9, version10]
    )

    /// Instants are Unix time in milliseconds, durations milliseconds, truth values 0 and 1.
    ///
    /// No JSON function stands in a
    /// table: `trusted_schema=OFF` forbids it there.
    private static let version1 = """
        CREATE TABLE schedules (
            hub TEXT NOT NULL,
            alias TEXT NOT NULL,
            every_ms INTEGER CHECK (every_ms > 0),
            cron TEXT,
            timezone TEXT,
            window_ms INTEGER,
            jitter_ms INTEGER NOT NULL DEFAULT 0,
            max_age_ms INTEGER,
            min_interval_ms INTEGER NOT NULL,
            catch_up TEXT NOT NULL DEFAULT 'once' CHECK (catch_up IN ('once', 'skip')),
            group_name TEXT,
            group_spacing_ms INTEGER,
            generator TEXT NOT NULL,
            workspaces_type TEXT CHECK (workspaces_type IN ('ALL', 'SOME', 'NONE')),
            workspaces TEXT,
            description TEXT,
            finish_after_ms INTEGER NOT NULL DEFAULT 0,
            owner TEXT,
            policy TEXT,
            anchor INTEGER NOT NULL,
            next_due INTEGER NOT NULL,
            paused_at INTEGER,
            paused_until INTEGER,
            pause_reason TEXT,
            last_opened INTEGER,
            last_success INTEGER,
            last_fingerprint BLOB,
            failures INTEGER NOT NULL DEFAULT 0,
            due_at INTEGER GENERATED ALWAYS AS (
                CASE WHEN paused_at IS NULL THEN next_due
                     WHEN paused_until IS NULL THEN NULL
                     ELSE max(next_due, paused_until) END
            ) VIRTUAL,
            PRIMARY KEY (hub, alias),
            CHECK ((every_ms IS NULL) <> (cron IS NULL))
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX schedules_due ON schedules (hub, due_at) WHERE due_at IS NOT NULL;

        CREATE TABLE rotations (
            id TEXT PRIMARY KEY NOT NULL,
            hub TEXT NOT NULL,
            alias TEXT NOT NULL,
            "trigger" TEXT NOT NULL,
            slot INTEGER,
            opened_at INTEGER NOT NULL,
            generator TEXT NOT NULL,
            policy_hash TEXT NOT NULL,
            workspaces_type TEXT,
            workspaces TEXT,
            description TEXT,
            finish_after_ms INTEGER NOT NULL,
            fingerprint BLOB,
            phase TEXT NOT NULL,
            is_preflighted INTEGER NOT NULL DEFAULT 0,
            baseline INTEGER,
            is_attempt_under_way INTEGER NOT NULL DEFAULT 0,
            attempts INTEGER NOT NULL DEFAULT 0,
            failures INTEGER NOT NULL DEFAULT 0,
            cycles INTEGER NOT NULL DEFAULT 0,
            confirmations INTEGER NOT NULL DEFAULT 0,
            repetitions INTEGER NOT NULL DEFAULT 0,
            is_ambiguous INTEGER NOT NULL DEFAULT 0,
            is_install_begun INTEGER NOT NULL DEFAULT 0,
            retry_floor INTEGER,
            next_step_at INTEGER,
            error TEXT,
            error_status INTEGER,
            is_confirmed INTEGER,
            outcome TEXT CHECK (outcome IN ('succeeded', 'failed', 'abandoned')),
            ended_at INTEGER,
            closed_at INTEGER,
            CHECK ((outcome IS NULL) = (ended_at IS NULL)),
            CHECK (closed_at IS NULL OR ended_at IS NOT NULL)
        ) STRICT, WITHOUT ROWID;
        CREATE UNIQUE INDEX rotations_open ON rotations (hub, alias) WHERE closed_at IS NULL;
        CREATE INDEX rotations_next ON rotations (hub, next_step_at) WHERE closed_at IS NULL;
        CREATE INDEX rotations_by_secret ON rotations (hub, alias, opened_at);

        CREATE TABLE attempts (
            rotation TEXT NOT NULL REFERENCES rotations (id),
            number INTEGER NOT NULL CHECK (number > 0),
            started_at INTEGER NOT NULL,
            ended_at INTEGER,
            outcome TEXT CHECK (outcome IN ('delivered', 'refused', 'ambiguous', 'unknown')),
            error TEXT,
            status INTEGER,
            request_id TEXT,
            PRIMARY KEY (rotation, number)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE requests (
            id TEXT PRIMARY KEY NOT NULL,
            hub TEXT NOT NULL,
            alias TEXT NOT NULL,
            "trigger" TEXT NOT NULL CHECK ("trigger" IN ('rotate_now', 'signal')),
            requested_at INTEGER NOT NULL,
            actor TEXT NOT NULL,
            reason TEXT,
            ticket TEXT,
            is_fresh INTEGER NOT NULL DEFAULT 0,
            rotation TEXT REFERENCES rotations (id)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX requests_waiting ON requests (hub, requested_at) WHERE rotation IS NULL;
        CREATE INDEX requests_by_secret ON requests (hub, alias) WHERE rotation IS NULL;

        CREATE TABLE hubs (
            name TEXT PRIMARY KEY NOT NULL,
            paused_until INTEGER,
            suspended_reason TEXT,
            suspended_since INTEGER,
            probe_at INTEGER,
            probes INTEGER NOT NULL DEFAULT 0
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE audit_log (
            seq INTEGER PRIMARY KEY,
            line TEXT NOT NULL
        ) STRICT;
        CREATE TRIGGER audit_log_no_update BEFORE UPDATE ON audit_log
        BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
        CREATE TRIGGER audit_log_no_delete BEFORE DELETE ON audit_log
        BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
        -- INSERT OR REPLACE deletes without a DELETE trigger: only the next number may be inserted.
        CREATE TRIGGER audit_log_appends BEFORE INSERT ON audit_log
        WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM audit_log)
        BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;

        \(views)
        """

    /// Secrets that must not be rotated yet; what makes a hub doubtful; whether a rotation must be confirmed.
    private static let version2 = """
        ALTER TABLE hubs ADD COLUMN doubt_reason TEXT;
        ALTER TABLE hubs ADD COLUMN doubt_alias TEXT;
        ALTER TABLE hubs ADD COLUMN doubt_count INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE hubs ADD COLUMN lists_refused_at INTEGER;
        ALTER TABLE rotations ADD COLUMN must_confirm INTEGER NOT NULL DEFAULT 0;
        CREATE TABLE holds (
            hub TEXT NOT NULL,
            alias TEXT NOT NULL,
            until INTEGER NOT NULL,
            PRIMARY KEY (hub, alias)
        ) STRICT, WITHOUT ROWID;
        """

    /// The slot that a due instant serves; whose turn it is in a group; by which rules of a zone due instants were found.
    private static let version3 = """
        ALTER TABLE schedules ADD COLUMN slot INTEGER;
        CREATE INDEX schedules_by_group ON schedules (group_name, group_spacing_ms) WHERE group_name IS NOT NULL;
        CREATE TABLE groups (
            name TEXT PRIMARY KEY NOT NULL,
            rotation TEXT,
            free_at INTEGER NOT NULL DEFAULT 0
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE zones (
            name TEXT PRIMARY KEY NOT NULL,
            fingerprint INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        DROP VIEW schedule_current;
        CREATE VIEW schedule_current AS
            SELECT hub, alias, every_ms / 1000.0 AS every_seconds, cron, timezone, window_ms / 1000.0 AS window_seconds,
                   jitter_ms / 1000.0 AS jitter_seconds, max_age_ms / 1000.0 AS max_age_seconds, catch_up,
                   group_name AS "group", group_spacing_ms / 1000.0 AS group_spacing_seconds,
                   json_extract(generator, '$.type') AS generator, owner, policy, \(utc("slot")) AS slot,
                   \(utc("next_due")) AS next_due, \(utc("last_success")) AS last_success, failures,
                   paused_at IS NOT NULL AS paused, \(utc("paused_until")) AS paused_until, pause_reason
            FROM schedules;
        """

    /// What a person has decided about a rotation that was parked.
    private static let version4 = """
        ALTER TABLE rotations ADD COLUMN decision TEXT CHECK (decision IN ('withdraw', 'keep'));
        DROP VIEW rotation_history;
        CREATE VIEW rotation_history AS
            SELECT id AS rotation, hub, alias, "trigger", phase, outcome, decision, is_confirmed AS confirmed, attempts,
                   error, error_status AS status, policy_hash, \(utc("slot")) AS scheduled_for,
                   \(utc("opened_at")) AS opened_at, \(utc("ended_at")) AS ended_at,
                   \(utc("closed_at")) AS closed_at
            FROM rotations;
        """

    /// Schedules without slots, which rotate when a value that somebody else makes is another one.
    ///
    /// A CHECK can't be changed in place: the table is made anew (lang_altertable, section 7).
    private static let version5 = """
        DROP VIEW schedule_current;
        DROP INDEX schedules_due;
        DROP INDEX schedules_by_group;
        ALTER TABLE schedules RENAME TO old_schedules;
        CREATE TABLE schedules (
            hub TEXT NOT NULL,
            alias TEXT NOT NULL,
            every_ms INTEGER CHECK (every_ms > 0),
            cron TEXT,
            timezone TEXT,
            window_ms INTEGER,
            jitter_ms INTEGER NOT NULL DEFAULT 0,
            max_age_ms INTEGER,
            min_interval_ms INTEGER NOT NULL,
            catch_up TEXT NOT NULL DEFAULT 'once' CHECK (catch_up IN ('once', 'skip')),
            group_name TEXT,
            group_spacing_ms INTEGER,
            generator TEXT NOT NULL,
            workspaces_type TEXT CHECK (workspaces_type IN ('ALL', 'SOME', 'NONE')),
            workspaces TEXT,
            description TEXT,
            finish_after_ms INTEGER NOT NULL DEFAULT 0,
            owner TEXT,
            policy TEXT,
            anchor INTEGER NOT NULL,
            slot INTEGER,
            next_due INTEGER NOT NULL,
            paused_at INTEGER,
            paused_until INTEGER,
            pause_reason TEXT,
            last_opened INTEGER,
            last_success INTEGER,
            last_fingerprint BLOB,
            adopted_fingerprint BLOB,
            failures INTEGER NOT NULL DEFAULT 0,
            due_at INTEGER GENERATED ALWAYS AS (
                CASE WHEN paused_at IS NULL THEN next_due
                     WHEN paused_until IS NULL THEN NULL
                     ELSE max(next_due, paused_until) END
            ) VIRTUAL,
            PRIMARY KEY (hub, alias),
            CHECK (every_ms IS NULL OR cron IS NULL)
        ) STRICT, WITHOUT ROWID;
        INSERT INTO schedules (\(kept)) SELECT \(kept) FROM old_schedules;
        DROP TABLE old_schedules;
        CREATE INDEX schedules_due ON schedules (hub, due_at) WHERE due_at IS NOT NULL;
        CREATE INDEX schedules_by_group ON schedules (group_name, group_spacing_ms) WHERE group_name IS NOT NULL;
        CREATE INDEX schedules_watched ON schedules (hub, alias) WHERE every_ms IS NULL AND cron IS NULL;
        CREATE VIEW schedule_current AS
            SELECT hub, alias, every_ms / 1000.0 AS every_seconds, cron, timezone, window_ms / 1000.0 AS window_seconds,
                   jitter_ms / 1000.0 AS jitter_seconds, max_age_ms / 1000.0 AS max_age_seconds, catch_up,
                   group_name AS "group", group_spacing_ms / 1000.0 AS group_spacing_seconds,
                   json_extract(generator, '$.type') AS generator, owner, policy, \(utc("nullif(slot, \(never))")) AS slot,
                   \(utc("nullif(next_due, \(never))")) AS next_due, \(utc("last_success")) AS last_success, failures,
                   paused_at IS NOT NULL AS paused, \(utc("paused_until")) AS paused_until, pause_reason
            FROM schedules;
        """

    /// What lists have shown of a secret, by which updates are confirmed; whose our token is; when a rotation was last
    /// written.
    private static let version6 = """
        ALTER TABLE rotations ADD COLUMN evidence_source TEXT
            CHECK (evidence_source IN ('unlisted', 'updated_at', 'no_timestamp'));
        ALTER TABLE rotations ADD COLUMN seen_updates TEXT;
        ALTER TABLE rotations ADD COLUMN confirm_by INTEGER;
        ALTER TABLE rotations ADD COLUMN unconfirmed INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE rotations ADD COLUMN is_stuck INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE rotations ADD COLUMN changed_at INTEGER;
        UPDATE rotations SET seen_updates = CAST(baseline AS TEXT),
            evidence_source = CASE WHEN baseline IS NOT NULL THEN 'updated_at'
                -- Refused to list, or listed without updated_at: finish waits for a person, as none can tell.
                WHEN is_preflighted AND closed_at IS NULL THEN 'no_timestamp'
                WHEN is_preflighted THEN 'unlisted' END;
        UPDATE rotations SET confirm_by = opened_at WHERE phase = 'delivered';
        ALTER TABLE rotations DROP COLUMN is_preflighted;
        ALTER TABLE rotations DROP COLUMN baseline;
        CREATE INDEX rotations_ended ON rotations (hub, ended_at) WHERE ended_at IS NOT NULL;
        ALTER TABLE schedules ADD COLUMN seen_updates TEXT;
        ALTER TABLE schedules ADD COLUMN source_problem TEXT;
        ALTER TABLE schedules ADD COLUMN source_problem_at INTEGER;
        ALTER TABLE hubs ADD COLUMN token_owner TEXT;
        ALTER TABLE hubs ADD COLUMN token_owner_count INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE hubs ADD COLUMN token_challenger TEXT;
        ALTER TABLE hubs ADD COLUMN token_challenger_count INTEGER NOT NULL DEFAULT 0;
        """

    /// How the generator's step failed for which a rotation ended, is parked or waits.
    ///
    /// The number is an exit status, a signal, or a time-out in milliseconds.
    private static let version7 = """
        ALTER TABLE rotations ADD COLUMN failed_step TEXT;
        ALTER TABLE rotations ADD COLUMN failed_cause TEXT;
        ALTER TABLE rotations ADD COLUMN failed_number INTEGER;
        ALTER TABLE rotations ADD COLUMN failed_reason TEXT;
        ALTER TABLE rotations ADD COLUMN deferred_step TEXT;
        ALTER TABLE rotations ADD COLUMN deferred_cause TEXT;
        ALTER TABLE rotations ADD COLUMN deferred_number INTEGER;
        ALTER TABLE rotations ADD COLUMN deferred_reason TEXT;
        DROP VIEW rotation_history;
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
        """

    /// Whether a request has brought a rotation's next try forward; since when a hub is paused, and for how long.
    ///
    /// A pause of an earlier version is taken for one that begins now.
    private static let version8 = """
        ALTER TABLE rotations ADD COLUMN is_hurried INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE rotations ADD COLUMN hurry_floor INTEGER;
        ALTER TABLE hubs ADD COLUMN paused_since INTEGER;
        ALTER TABLE hubs ADD COLUMN pause_ms INTEGER;
        UPDATE hubs SET paused_since = min(paused_until, strftime('%s', 'now') * 1000) WHERE paused_until IS NOT NULL;
        """

    /// The only writer, and which history this is; values that may have come late.
    private static let version9 = """
        CREATE TABLE fence (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            epoch INTEGER NOT NULL,
            history TEXT NOT NULL,
            behind_since INTEGER,
            behind_mark INTEGER,
            behind_newest INTEGER,
            behind_other INTEGER CHECK (behind_other IN (0, 1))
        ) STRICT;
        INSERT INTO fence (id, epoch, history) VALUES (1, 0, lower(hex(randomblob(16))));
        CREATE TABLE kept_candidates (
            rotation TEXT PRIMARY KEY NOT NULL,
            since INTEGER NOT NULL,
            is_given_up INTEGER NOT NULL DEFAULT 0 CHECK (is_given_up IN (0, 1))
        ) STRICT, WITHOUT ROWID;
        CREATE TRIGGER fence_stays BEFORE DELETE ON fence BEGIN
            SELECT raise(ABORT, 'the fence has one row');
        END;
        CREATE TABLE looks (
            hub TEXT NOT NULL,
            alias TEXT NOT NULL,
            look_at INTEGER NOT NULL,
            rotation TEXT,
            PRIMARY KEY (hub, alias)
        ) STRICT, WITHOUT ROWID;
        ALTER TABLE schedules ADD COLUMN value_unknown_since INTEGER;
        ALTER TABLE schedules ADD COLUMN changed_by_hand_at INTEGER;
        """

    /// Rotations of a history that may be an older copy.
    private static let version10 = """
        ALTER TABLE rotations ADD COLUMN must_recheck INTEGER NOT NULL DEFAULT 0;
        """

    /// The columns of a schedule that version 5 takes over.
    private static let kept = """
        hub, alias, every_ms, cron, timezone, window_ms, jitter_ms, max_age_ms, min_interval_ms, catch_up, group_name,
        group_spacing_ms, generator, workspaces_type, workspaces, description, finish_after_ms, owner, policy, anchor, slot,
        next_due, paused_at, paused_until, pause_reason, last_opened, last_success, last_fingerprint, failures
        """

    /// The last instant of the year 9999, which stands for never.
    private static let never = 253_402_300_799_999

    /// What auditors with SQL read: instants as RFC 3339 in UTC.
    private static let views = """
        CREATE VIEW rotation_history AS
            SELECT id AS rotation, hub, alias, "trigger", phase, outcome, is_confirmed AS confirmed, attempts, error,
                   error_status AS status, policy_hash, \(utc("slot")) AS scheduled_for,
                   \(utc("opened_at")) AS opened_at, \(utc("ended_at")) AS ended_at,
                   \(utc("closed_at")) AS closed_at
            FROM rotations;
        CREATE VIEW attempt_history AS
            SELECT a.rotation, r.hub, r.alias, a.number AS attempt, \(utc("a.started_at")) AS started_at,
                   \(utc("a.ended_at")) AS ended_at, a.outcome, a.error, a.status, a.request_id
            FROM attempts AS a JOIN rotations AS r ON r.id = a.rotation;
        CREATE VIEW schedule_current AS
            SELECT hub, alias, every_ms / 1000.0 AS every_seconds, cron, timezone, json_extract(generator, '$.type')
                   AS generator, owner, policy, \(utc("next_due")) AS next_due, \(utc("last_success")) AS last_success,
                   failures, paused_at IS NOT NULL AS paused, \(utc("paused_until")) AS paused_until, pause_reason
            FROM schedules;
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

    /// SQL that writes an instant's column as RFC 3339.
    private static func utc(_ column: String) -> String {
        "strftime('%Y-%m-%dT%H:%M:%fZ', \(column) / 1000.0, 'unixepoch')"
    }
}
