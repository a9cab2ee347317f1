import SQLite

/// The schema of the candidates' database, which holds sealed bytes alone.
enum CandidateSchema {
    /// Makes it, and brings it up to date.
    static let migrator = Migrator(
        // "SRca", which file(1) and the sqlite3 shell show.
        applicationID: 0x5352_6361,
        migrations: [Migration("candidates", sql: first)],
        retired: .init(applicationID: 0x5352_6F43, maker: "a version before 1.0.0-beta.1") { _ in
            "move it to where that version's history is, together with all files whose names begin with that history's"
        }
    )

    private static let first = """
        CREATE TABLE candidates (
            -- The sealed value of each open rotation, with its generator's state.
            rotation TEXT PRIMARY KEY NOT NULL,
            sealed BLOB NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE kept (
            -- Those of rotations that the history does not know.
            rotation TEXT PRIMARY KEY NOT NULL,
            sealed BLOB NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE fence (
            -- One row: the epoch grows with each writer.
            id INTEGER PRIMARY KEY CHECK (id = 1),
            epoch INTEGER NOT NULL
        ) STRICT;
        INSERT INTO fence (id, epoch) VALUES (1, 0);
        """
}
