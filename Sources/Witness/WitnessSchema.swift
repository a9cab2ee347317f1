import SQLite

/// The schema of a witness's database.
enum WitnessSchema {
    /// Makes it, and brings it up to date.
    static let migrator = Migrator(
        // "SRwi", which file(1) and the sqlite3 shell show.
        applicationID: 0x5352_7769,
        migrations: [Migration("heads", sql: heads)]
    )

    private static let heads = """
        CREATE TABLE heads (
            -- The checkpoint of each log that was cosigned last; the origin as bytes, as it is compared byte by byte.
            origin BLOB PRIMARY KEY NOT NULL,
            size INTEGER NOT NULL CHECK (size >= 0),
            root BLOB NOT NULL CHECK (length(root) = 32),
            -- When it was cosigned, in seconds since 1970.
            cosigned_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE TRIGGER heads_only_grow BEFORE UPDATE ON heads
        WHEN new.origin <> old.origin OR new.size < old.size OR new.size = old.size AND new.root <> old.root
        BEGIN SELECT RAISE(ABORT, 'a head only grows'); END;
        CREATE TRIGGER heads_no_delete BEFORE DELETE ON heads
        BEGIN SELECT RAISE(ABORT, 'a head is kept'); END;

        CREATE TABLE refused_checkpoints (
            -- Checkpoints that a log signed and that do not extend its head, or lack the proof: evidence for people.
            origin BLOB NOT NULL,
            size INTEGER NOT NULL,
            root BLOB NOT NULL,
            refused_at INTEGER NOT NULL,
            note BLOB NOT NULL,
            PRIMARY KEY (origin, size, root)
        ) STRICT, WITHOUT ROWID;
        """
}
