import SQLite
import Scheduling

/// Reads and writes the table `kept_candidates`: candidates of rotations that the history does not know.
enum KeptTable {
    /// The candidates that are kept, the oldest first.
    static func all(in connection: Connection) throws(SQLiteError) -> [KeptCandidate] {
        try connection.all("SELECT rotation, since FROM kept_candidates WHERE NOT is_given_up ORDER BY since, rotation")
        {
            row throws(SQLiteError) in KeptCandidate(rotation: try row.get(0), since: try row.get(1))
        }
    }

    /// Whether a rotation's candidate is kept, and not given up.
    static func has(_ rotation: String, in connection: Connection) throws(SQLiteError) -> Bool {
        try connection.first(
            "SELECT 1 FROM kept_candidates WHERE rotation = ?1 AND NOT is_given_up",
            rotation
        ) { row throws(SQLiteError) in try row.get(0, as: Int.self) } != nil
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
