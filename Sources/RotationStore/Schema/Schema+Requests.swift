extension MainSchema {
    /// What people ask for, and what keeps a secret from being rotated yet.
    static let requests = """
        CREATE TABLE requests (
            -- A recorded demand to rotate now; it waits until a rotation takes it. The actor is JSON.
            id TEXT PRIMARY KEY NOT NULL,
            hub TEXT NOT NULL,
            alias TEXT NOT NULL,
            "trigger" TEXT NOT NULL CHECK ("trigger" IN ('rotate_now', 'signal')),
            requested_at INTEGER NOT NULL,
            actor TEXT NOT NULL,
            reason TEXT,
            ticket TEXT,
            -- Whether it wants a rotation of its own, after the one that is open.
            is_fresh INTEGER NOT NULL DEFAULT 0,
            rotation TEXT REFERENCES rotations (id)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX requests_waiting ON requests (hub, requested_at) WHERE rotation IS NULL;
        CREATE INDEX requests_by_secret ON requests (hub, alias) WHERE rotation IS NULL;

        CREATE TABLE holds (
            -- Secrets that must not be changed yet: an earlier request about them may still be on its way to the hub.
            hub TEXT NOT NULL,
            alias TEXT NOT NULL,
            until INTEGER NOT NULL,
            PRIMARY KEY (hub, alias)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE looks (
            -- Secrets that are listed once after their hold: has the value of an earlier rotation come late? Of which
            -- one is NULL where there were several.
            hub TEXT NOT NULL,
            alias TEXT NOT NULL,
            look_at INTEGER NOT NULL,
            rotation TEXT,
            PRIMARY KEY (hub, alias)
        ) STRICT, WITHOUT ROWID;
        """
}
