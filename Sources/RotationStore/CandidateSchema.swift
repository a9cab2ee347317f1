import SQLite

/// The schema of the candidates' database, which holds sealed bytes alone.
enum CandidateSchema {
    /// "SRoC".
    static let migrator = Migrator(applicationID: 0x5352_6F43, steps: [version1, version2])

    private static let version1 = """
        CREATE TABLE candidates (
            rotation TEXT PRIMARY KEY NOT NULL,
            sealed BLOB NOT NULL
        ) STRICT, WITHOUT ROWID;
        """

    /// The only writer; candidates of rotations that the history does not know are kept apart.
    private static let version2 = """
        CREATE TABLE fence (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            epoch INTEGER NOT NULL
        ) STRICT;
        INSERT INTO fence (id, epoch) VALUES (1, 0);
        CREATE TABLE kept (
            rotation TEXT PRIMARY KEY NOT NULL,
            sealed BLOB NOT NULL
        ) STRICT, WITHOUT ROWID;
        """
}
