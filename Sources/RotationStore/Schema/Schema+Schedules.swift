extension MainSchema {
    /// What rotates, when and how; turns within groups; the zones' rules that due instants were computed by.
    static let schedules = """
        CREATE TABLE schedules (
            -- One row for each secret that rotates.
            hub TEXT NOT NULL,
            alias TEXT NOT NULL,

            -- When: by a period or a cron expression; with neither, whenever its source holds another value.
            every_ms INTEGER CHECK (every_ms > 0),
            cron TEXT,
            timezone TEXT,
            window_ms INTEGER,
            jitter_ms INTEGER NOT NULL DEFAULT 0,
            min_interval_ms INTEGER NOT NULL,
            max_age_ms INTEGER,
            catch_up TEXT NOT NULL DEFAULT 'once' CHECK (catch_up IN ('once', 'skip')),
            group_name TEXT,
            group_spacing_ms INTEGER,

            -- How: the generator is its type and parameters, in canonical JSON.
            generator TEXT NOT NULL,
            finish_after_ms INTEGER NOT NULL DEFAULT 0,

            -- Sent with each rotation where given; workspaces is a JSON array, for SOME.
            workspaces_type TEXT CHECK (workspaces_type IN ('ALL', 'SOME', 'NONE')),
            workspaces TEXT,
            description TEXT,

            -- For people.
            owner TEXT,
            policy TEXT,

            -- Where it stands: the cadence counts from the anchor; failures are those since the last success.
            anchor INTEGER NOT NULL,
            failures INTEGER NOT NULL DEFAULT 0 CHECK (failures >= 0),
            last_opened INTEGER,
            last_success INTEGER,

            -- What it does next by itself: nothing; serve a slot, due up to the jitter later, or later still where
            -- something has put it off; what was requested when it was added; or try again what has failed, a slot
            -- or that request, which has none.
            next_step TEXT NOT NULL CHECK (next_step IN ('never', 'slot', 'requested', 'retry')),
            slot INTEGER,
            next_due INTEGER,

            -- A pause without an end lasts until it is resumed.
            paused_at INTEGER,
            paused_until INTEGER,
            pause_reason TEXT,

            -- Of values only keyed fingerprints: of the last one delivered, and of the one taken over from its source;
            -- or else nothing was taken over yet, or whatever the source holds is to be delivered.
            last_fingerprint BLOB,
            adoption TEXT NOT NULL DEFAULT 'not_yet' CHECK (adoption IN ('not_yet', 'deliver', 'adopted')),
            adopted_fingerprint BLOB CHECK (length(adopted_fingerprint) > 0),
            source_problem TEXT,
            source_problem_at INTEGER,

            -- What the hub's list has shown as updated_at, separated by commas.
            seen_updates TEXT,
            -- Since when the hub may hold another value than the one delivered last.
            value_unknown_since INTEGER,
            changed_by_hand_at INTEGER,

            due_at INTEGER GENERATED ALWAYS AS (
                CASE WHEN paused_at IS NULL THEN next_due
                     WHEN paused_until IS NULL THEN NULL
                     ELSE max(next_due, paused_until) END
            ) VIRTUAL,

            PRIMARY KEY (hub, alias),
            CHECK (every_ms IS NULL OR cron IS NULL),
            CHECK ((next_step = 'never') = (next_due IS NULL)),
            CHECK (next_step = 'retry' OR (next_step = 'slot') = (slot IS NOT NULL)),
            CHECK (next_step <> 'retry' OR failures > 0),
            CHECK ((adoption = 'adopted') = (adopted_fingerprint IS NOT NULL)),
            CHECK (adoption = 'not_yet' OR (every_ms IS NULL AND cron IS NULL))
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX schedules_due ON schedules (hub, due_at) WHERE due_at IS NOT NULL;
        CREATE INDEX schedules_by_group ON schedules (group_name, group_spacing_ms) WHERE group_name IS NOT NULL;
        CREATE INDEX schedules_watched ON schedules (hub, alias) WHERE every_ms IS NULL AND cron IS NULL;

        CREATE TABLE groups (
            -- Whose turn it is: the open rotation, or when the next one may begin.
            name TEXT PRIMARY KEY NOT NULL,
            rotation TEXT,
            free_at INTEGER NOT NULL DEFAULT 0
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE zones (
            -- The rules of each zone in use: where they change, due instants are computed anew.
            name TEXT PRIMARY KEY NOT NULL,
            fingerprint INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        """
}
