import RotationCore
import SQLite
import Scheduling

/// Reads and writes the table `holds`: secrets that must not be rotated yet, as a request about them may still be on
/// its way to the hub.
enum HoldTable {
    /// Until when a secret is held; nil where it is not.
    static func until(_ secret: SecretName, in connection: Connection) throws(SQLiteError) -> Instant? {
        try connection.first(
            "SELECT until FROM holds WHERE hub = ?1 AND alias = ?2",
            secret.hub,
            secret.alias.text
        ) { row throws(SQLiteError) in try row.get(0) }
    }

    static func set(_ secret: SecretName, until: Instant, in connection: Connection) throws(SQLiteError) {
        try connection.run(
            """
            INSERT INTO holds (hub, alias, until) VALUES (?1, ?2, ?3)
            ON CONFLICT (hub, alias) DO UPDATE SET until = excluded.until
            """,
            secret.hub,
            secret.alias.text,
            until
        )
    }

    static func release(_ secret: SecretName, in connection: Connection) throws(SQLiteError) {
        try connection.run("DELETE FROM holds WHERE hub = ?1 AND alias = ?2", secret.hub, secret.alias.text)
    }
}
