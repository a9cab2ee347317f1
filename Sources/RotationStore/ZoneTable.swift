import SQLite
import Scheduling

/// Reads and writes the table `zones`: by which rules of a zone the due instants in the database were found.
enum ZoneTable {
    /// Remembers the rules of a zone that is used for the first time.
    static func note(_ zone: Zone?, in connection: Connection) throws(SQLiteError) {
        guard let zone, zone != .utc else { return }
        try connection.run(
            "INSERT INTO zones (name, fingerprint) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
            zone.name,
            zone.fingerprint
        )
    }

    static func set(_ zone: Zone, in connection: Connection) throws(SQLiteError) {
        try connection.run("UPDATE zones SET fingerprint = ?2 WHERE name = ?1", zone.name, zone.fingerprint)
    }

    static func all(in connection: Connection) throws(SQLiteError) -> [(name: String, fingerprint: Int64)] {
        try connection.all("SELECT name, fingerprint FROM zones") { row throws(SQLiteError) in
            (name: try row.get(0), fingerprint: try row.get(1))
        }
    }
}
