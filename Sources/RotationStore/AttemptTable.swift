import RotationCore
import SQLite
import Scheduling

/// Reads and writes the table `attempts`.
enum AttemptTable {
    /// Writes an attempt, or its end.
    static func record(_ attempt: Attempt, of rotation: RotationID, in connection: Connection) throws {
        let outcome = AttemptColumns(attempt.outcome)
        try connection.run(
            """
            INSERT INTO attempts (rotation, number, started_at, ended_at, outcome, error, status, request_id)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
            ON CONFLICT (rotation, number) DO UPDATE SET ended_at = excluded.ended_at, outcome = excluded.outcome,
                error = excluded.error, status = coalesce(excluded.status, status),
                request_id = coalesce(excluded.request_id, request_id)
            """,
            rotation,
            attempt.number,
            attempt.startedAt,
            attempt.endedAt,
            outcome.outcome,
            outcome.error,
            outcome.status,
            outcome.requestID
        )
    }

    /// When the last attempt of unknown effect ended, or must have where its end was not seen; nil for none.
    ///
    /// - Parameter isOpen: Whether the rotation has not ended: a 2xx without a confirmed effect is ambiguous then, too.
    static func lastAmbiguousAttempt(
        of id: RotationID,
        isOpen: Bool,
        timeout: Duration,
        in connection: Connection
    ) throws(SQLiteError) -> Instant? {
        try connection.first(
            """
            SELECT max(coalesce(ended_at, started_at + ?2)) FROM attempts
            WHERE rotation = ?1
                AND (outcome IS NULL OR outcome IN ('ambiguous', 'unknown') OR (?3 AND outcome = 'delivered'))
            """,
            id,
            timeout.column,
            isOpen
        ) { row throws(SQLiteError) in try row.get(0, as: Instant?.self) } ?? nil
    }
}
