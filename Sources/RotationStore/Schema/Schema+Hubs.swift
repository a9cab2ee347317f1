extension MainSchema {
    /// What is known of hubs.
    static let hubs = """
        CREATE TABLE hubs (
            -- A hub that has ever failed, refused lists, or confirmed an update.
            name TEXT PRIMARY KEY NOT NULL,

            -- It asked us to stay away; a length without an end is that of the last pause, until an update succeeds.
            paused_since INTEGER,
            paused_until INTEGER,
            pause_ms INTEGER,

            -- It is not spoken to but by a probe; probes are those that failed.
            suspended_reason TEXT,
            suspended_since INTEGER,
            probe_at INTEGER,
            probes INTEGER NOT NULL DEFAULT 0,

            -- A failure that may speak about the hub as a whole, and the secret that met it first.
            failure_reason TEXT,
            failure_alias TEXT,
            failure_count INTEGER NOT NULL DEFAULT 0,

            lists_refused_at INTEGER,

            -- The user that lists name for our updates: learned from updates in a row.
            token_owner TEXT,
            token_owner_count INTEGER NOT NULL DEFAULT 0,
            token_challenger TEXT,
            token_challenger_count INTEGER NOT NULL DEFAULT 0
        ) STRICT, WITHOUT ROWID;
        """
}
