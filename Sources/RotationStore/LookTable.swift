import RotationCore
import SQLite
import Scheduling

/// Reads and writes the table `looks`: secrets that are listed once a hold has ended, to see whether a value of an earlier
/// rotation has come late.
enum LookTable {
    /// Asks for a look at the end of a rotation's hold.
    ///
    /// Where a look for another rotation is left, either value may come late.
    static func set(_ secret: SecretName, at instant: Instant, after rotation: RotationID, in connection: Connection)
        throws(SQLiteError)
    {
        try connection.run(
            """
            INSERT INTO looks (hub, alias, look_at, rotation) VALUES (?1, ?2, ?3, ?4)
            ON CONFLICT (hub, alias) DO UPDATE SET look_at = max(look_at, excluded.look_at),
                rotation = CASE WHEN rotation = excluded.rotation THEN rotation END
            """,
            secret.hub,
            secret.alias.text,
            instant,
            rotation
        )
    }

    /// The secrets of a hub whose look is due, while no rotation of them is open: its own lists see what has moved.
    static func due(hub: String, now: Instant, limit: Int, in connection: Connection) throws(SQLiteError) -> [String] {
        try connection.all(
            """
            SELECT l.alias FROM looks AS l WHERE l.hub = ?1 AND l.look_at <= ?2 AND NOT EXISTS (
                SELECT 1 FROM rotations AS r WHERE r.hub = l.hub AND r.alias = l.alias AND r.closed_at IS NULL
            ) ORDER BY l.look_at LIMIT ?3
            """,
            hub,
            now,
            limit
        ) { row throws(SQLiteError) in try row.get(0) }
    }

    /// The look that a secret waits for; nil for none.
    static func pending(of secret: SecretName, in connection: Connection) throws(SQLiteError) -> PendingLook? {
        try connection.first(
            "SELECT rotation FROM looks WHERE hub = ?1 AND alias = ?2",
            secret.hub,
            secret.alias.text
        ) { row throws(SQLiteError) in
            let id = try row.get(0, as: String?.self).flatMap(RotationID.init(rawValue:))
            return id.map(PendingLook.ofOne) ?? .ofSeveral
        }
    }

    /// Something else than a rotation of ours may be what the look finds.
    static func clearAttribution(of secret: SecretName, in connection: Connection) throws(SQLiteError) {
        try connection.run(
            "UPDATE looks SET rotation = NULL WHERE hub = ?1 AND alias = ?2",
            secret.hub,
            secret.alias.text
        )
    }

    static func putOff(_ secret: SecretName, until instant: Instant, in connection: Connection) throws(SQLiteError) {
        try connection.run(
            "UPDATE looks SET look_at = ?3 WHERE hub = ?1 AND alias = ?2",
            secret.hub,
            secret.alias.text,
            instant
        )
    }

    static func remove(_ secret: SecretName, in connection: Connection) throws(SQLiteError) {
        try connection.run("DELETE FROM looks WHERE hub = ?1 AND alias = ?2", secret.hub, secret.alias.text)
    }
}
