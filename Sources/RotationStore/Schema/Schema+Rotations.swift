extension MainSchema {
    /// Rotations and their attempts: the state machine's rows.
    static let rotations = """
        CREATE TABLE rotations (
            -- One replacement of a value by one candidate, from its claim to its end; id is a UUIDv7.
            id TEXT PRIMARY KEY NOT NULL,
            hub TEXT NOT NULL,
            alias TEXT NOT NULL,
            "trigger" TEXT NOT NULL,
            slot INTEGER,
            opened_at INTEGER NOT NULL,

            -- Fixed when it was opened, whatever becomes of its schedule.
            generator TEXT NOT NULL,
            policy_hash TEXT NOT NULL,
            finish_after_ms INTEGER NOT NULL,
            must_confirm INTEGER NOT NULL DEFAULT 0,
            workspaces_type TEXT,
            workspaces TEXT,
            description TEXT,

            -- The keyed fingerprint of its candidate, once that is staged.
            fingerprint BLOB,

            -- Where it stands. The decision is a person's, about one that was parked.
            phase TEXT NOT NULL,
            is_attempt_under_way INTEGER NOT NULL DEFAULT 0,
            is_install_begun INTEGER NOT NULL DEFAULT 0,
            is_ambiguous INTEGER NOT NULL DEFAULT 0,
            is_stuck INTEGER NOT NULL DEFAULT 0,
            decision TEXT CHECK (decision IN ('withdraw', 'keep')),

            -- Attempts in all; failures in this cycle or phase; cycles that failed; lists without the update since the
            -- last 2xx; attempts answered 2xx without a confirmed effect; values that were in force already.
            attempts INTEGER NOT NULL DEFAULT 0,
            failures INTEGER NOT NULL DEFAULT 0,
            cycles INTEGER NOT NULL DEFAULT 0,
            confirmations INTEGER NOT NULL DEFAULT 0,
            unconfirmed INTEGER NOT NULL DEFAULT 0,
            repetitions INTEGER NOT NULL DEFAULT 0,

            -- When it goes on: never before the hub's floor, whoever asks; a request may bring the next step forward.
            next_step_at INTEGER,
            retry_floor INTEGER,
            is_hurried INTEGER NOT NULL DEFAULT 0,
            hurry_floor INTEGER,

            -- How its update is confirmed: by an updated_at of the hub's list that is none of those seen before.
            evidence_source TEXT CHECK (evidence_source IN ('unlisted', 'updated_at', 'no_timestamp')),
            seen_updates TEXT,
            confirm_by INTEGER,
            must_recheck INTEGER NOT NULL DEFAULT 0,

            -- What it failed for, or is parked for: a class, an HTTP status, or a generator's step, whose number is an
            -- exit status, a signal, or a time-out in milliseconds.
            error TEXT,
            error_status INTEGER,
            failed_step TEXT,
            failed_cause TEXT,
            failed_number INTEGER,
            failed_reason TEXT,

            -- The step that is repeated later.
            deferred_step TEXT,
            deferred_cause TEXT,
            deferred_number INTEGER,
            deferred_reason TEXT,

            -- Its end: an outcome first; closed once its candidate is erased.
            is_confirmed INTEGER,
            outcome TEXT CHECK (outcome IN ('succeeded', 'failed', 'abandoned')),
            changed_at INTEGER,
            ended_at INTEGER,
            closed_at INTEGER,

            CHECK ((outcome IS NULL) = (ended_at IS NULL)),
            CHECK (closed_at IS NULL OR ended_at IS NOT NULL)
        ) STRICT, WITHOUT ROWID;
        -- One open rotation for each secret.
        CREATE UNIQUE INDEX rotations_open ON rotations (hub, alias) WHERE closed_at IS NULL;
        CREATE INDEX rotations_next ON rotations (hub, next_step_at) WHERE closed_at IS NULL;
        CREATE INDEX rotations_by_secret ON rotations (hub, alias, opened_at);
        CREATE INDEX rotations_ended ON rotations (hub, ended_at) WHERE ended_at IS NOT NULL;

        CREATE TABLE attempts (
            -- One PATCH, recorded before it is sent; without an end it is under way, or the daemon died in it.
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
        """
}
