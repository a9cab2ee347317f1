import SQLite

/// The format of a backup: one SQLite file with the whole history, and beside it in tables of their own what is in the
/// candidates' database, as it is sealed there.
///
/// It has an `application_id` of its own: a daemon that was given the file in place of its database refuses it, as it would
/// lose the candidates.
enum BackupFormat {
    /// "SRbk", which file(1) and the sqlite3 shell show.
    static let applicationID: Int32 = 0x5352_626B

    /// The tables that only a backup has.
    static let schema = """
        CREATE TABLE backup (
            -- One row: when it was made, and the epoch of the candidates' database.
            id INTEGER PRIMARY KEY CHECK (id = 1),
            made_at INTEGER NOT NULL,
            candidates_epoch INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE backup_candidates (
            -- The sealed values of open rotations, and of those that the history does not know.
            rotation TEXT NOT NULL,
            is_kept INTEGER NOT NULL CHECK (is_kept IN (0, 1)),
            sealed BLOB NOT NULL,
            PRIMARY KEY (rotation, is_kept)
        ) STRICT, WITHOUT ROWID;
        """

    /// Removes them.
    static let dropping = "DROP TABLE backup; DROP TABLE backup_candidates;"

    /// The kind of a database.
    static func applicationID(of connection: Connection) throws(SQLiteError) -> Int32 {
        try connection.first("PRAGMA application_id") { row throws(SQLiteError) in
            Int32(truncatingIfNeeded: try row.get(0, as: Int.self))
        } ?? 0
    }
}
