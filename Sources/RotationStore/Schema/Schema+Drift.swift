extension MainSchema {
    /// What lists of hubs have shown that the history does not explain.
    static let drift = """
        CREATE TABLE drift_findings (
            -- Differences between a hub and the history that are still there.
            hub TEXT NOT NULL,
            alias TEXT NOT NULL,
            kind TEXT NOT NULL CHECK (kind IN ('changed', 'missing', 'unmanaged', 'overdue', 'unknown_change')),
            since INTEGER NOT NULL,
            -- Of a changed secret: the hub's updated_at, the one that our delivery has left, and the user that the hub names.
            updated_at INTEGER,
            last_seen INTEGER,
            last_updated_by TEXT,
            -- Since when it is overdue, or when the hub's audit log says that it was changed.
            at INTEGER,
            PRIMARY KEY (hub, alias, kind)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE drift_looks (
            -- When each hub was last held against the history, when that is next due, and how far its audit log was read.
            hub TEXT PRIMARY KEY NOT NULL,
            looked_at INTEGER,
            due_at INTEGER NOT NULL,
            log_read_until INTEGER
        ) STRICT, WITHOUT ROWID;
        """
}
