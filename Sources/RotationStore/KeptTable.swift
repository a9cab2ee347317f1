import SQLite
import Scheduling

/// Reads and writes the table `kept_candidates`: candidates of rotations that the history does not know.
enum KeptTable {
    /// The rotations whose candidates are kept, and since when.
    static func all(in connection: Connection) throws(SQLiteError) -> [(rotation: String, since: Instant)] {
        try connection.all("SELECT rotation, since FROM kept_candidates WHERE NOT is_given_up ORDER BY since, rotation")
        {
            row throws(SQLiteError) in (try row.get(0), try row.get(1))
        }
    }

    /// The rotations whose candidates a person has given up.
    static func givenUp(in connection: Connection) throws(SQLiteError) -> [String] {
        try connection.all("SELECT rotation FROM kept_candidates WHERE is_given_up") { row throws(SQLiteError) in
            try row.get(0)
        }
    }

    /// - Returns: Whether it was not known before.
    static func add(_ rotation: String, since now: Instant, in connection: Connection) throws(SQLiteError) -> Bool {
        try connection.run(
            "INSERT INTO kept_candidates (rotation, since) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
            rotation,
            now
        ) == 1
    }

    /// - Returns: Whether there was one that was not given up before.
    static func giveUp(_ rotation: String, in connection: Connection) throws(SQLiteError) -> Bool {
        try connection.run(
            "UPDATE kept_candidates SET is_given_up = 1 WHERE rotation = ?1 AND NOT is_given_up",
            rotation
        ) == 1
    }

    static func remove(_ rotation: String, in connection: Connection) throws(SQLiteError) {
        try connection.run("DELETE FROM kept_candidates WHERE rotation = ?1", rotation)
    }
}
