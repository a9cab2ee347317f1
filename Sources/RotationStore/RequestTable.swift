import RotationCore
import SQLite
import Scheduling

/// Reads and writes the table `requests`.
enum RequestTable {
    /// Writes a request; it joins a rotation that is open, unless it wants one of its own.
    static func insert(
        _ request: RotationRequest,
        actor: Actor,
        joining rotation: RotationID?,
        in connection: Connection
    ) throws(SQLiteError) {
        try connection.run(
            """
            INSERT INTO requests (id, hub, alias, "trigger", requested_at, actor, reason, ticket, is_fresh, rotation)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
            """,
            request.id,
            request.secret.hub,
            request.secret.alias.text,
            request.trigger,
            request.requestedAt,
            actor.json.canonicalText,
            request.reason,
            request.ticket,
            request.fresh,
            rotation
        )
    }

    /// Whether a request waits for a rotation of the secret.
    static func isWaiting(_ secret: SecretName, in connection: Connection) throws(SQLiteError) -> Bool {
        try connection.first(
            "SELECT 1 FROM requests WHERE hub = ?1 AND alias = ?2 AND rotation IS NULL LIMIT 1",
            secret.hub,
            secret.alias.text
        ) { row throws(SQLiteError) in try row.get(0, as: Int.self) } != nil
    }

    /// Has a rotation's requests wait for the next one: it was replaced.
    static func release(_ rotation: RotationID, in connection: Connection) throws(SQLiteError) {
        try connection.run("UPDATE requests SET rotation = NULL WHERE rotation = ?1", rotation)
    }

    /// A secret's waiting requests: `?1` hub, `?2` alias.
    ///
    /// By its index, as the one that has them in order has those of all secrets.
    static let waitingQuery = """
        SELECT id FROM requests INDEXED BY requests_by_secret
        WHERE hub = ?1 AND alias = ?2 AND rotation IS NULL ORDER BY requested_at, id
        """

    /// A secret's waiting requests, the oldest first.
    static func waiting(for secret: SecretName, in connection: Connection) throws(SQLiteError) -> [RotationID] {
        try connection.all(waitingQuery, secret.hub, secret.alias.text) { row throws(SQLiteError) in try row.get(0) }
    }

    /// Gives all of a secret's waiting requests to a rotation.
    static func join(_ rotation: RotationID, _ secret: SecretName, in connection: Connection) throws(SQLiteError) {
        try connection.run(
            "UPDATE requests SET rotation = ?3 WHERE hub = ?1 AND alias = ?2 AND rotation IS NULL",
            secret.hub,
            secret.alias.text,
            rotation
        )
    }

    /// Removes all of a secret's waiting requests.
    static func drop(_ secret: SecretName, in connection: Connection) throws(SQLiteError) {
        try connection.run(
            "DELETE FROM requests WHERE hub = ?1 AND alias = ?2 AND rotation IS NULL",
            secret.hub,
            secret.alias.text
        )
    }
}
