import SQLite

/// The schema of the candidates' database, which holds sealed bytes alone.
enum CandidateSchema {
    /// "SRoC".
    static let migrator = Migrator(applicationID: 0x5352_6F43, steps: [version1])

    private static let version1 = """
        CREATE TABLE candidates (
            rotation TEXT PRIMARY KEY NOT NULL,
            sealed BLOB NOT NULL
        ) STRICT, WITHOUT ROWID;
        """
}
