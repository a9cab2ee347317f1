import RotationCore
import SQLite
import Scheduling

/// Reads and writes the table `groups`: of each group of secrets, the rotation that is open, or when the next one may
/// begin.
enum GroupTable {
    /// SQL that is true for a schedule `s` whose group lets it rotate at `?2`.
    static let isFree = """
        NOT EXISTS (
            SELECT 1 FROM groups AS g WHERE g.name = s.group_name AND (g.rotation IS NOT NULL OR g.free_at > ?2)
        )
        """

    /// Whether a group lets a secret rotate.
    static func isFree(_ group: ScheduleDefinition.Group, now: Instant, in connection: Connection) throws -> Bool {
        if case .none = try busy(group.name, now: now, in: connection) { true } else { false }
    }

    /// Until when a group lets none of its secrets rotate; `.some(nil)` while one rotates, nil where it is free.
    static func busy(_ name: String, now: Instant, in connection: Connection) throws(SQLiteError) -> Instant?? {
        try connection.first(
            "SELECT CASE WHEN rotation IS NULL THEN free_at END FROM groups WHERE name = ?1 AND (rotation IS NOT NULL OR free_at > ?2)",
            name,
            now
        ) { row throws(SQLiteError) in try row.get(0, as: Instant?.self) }
    }

    /// Gives a group's turn to a rotation.
    static func take(
        _ group: ScheduleDefinition.Group,
        _ rotation: RotationID,
        in connection: Connection
    ) throws(SQLiteError) {
        try connection.run(
            """
            INSERT INTO groups (name, rotation) VALUES (?1, ?2)
            ON CONFLICT (name) DO UPDATE SET rotation = excluded.rotation
            """,
            group.name,
            rotation
        )
    }

    /// Ends a rotation's turn: the next one begins no sooner than the longest spacing that a secret of the group wants.
    ///
    /// - Parameter isUnused: Whether the rotation is replaced by another one, as it has done nothing.
    static func release(
        _ rotation: RotationID,
        isUnused: Bool,
        now: Instant,
        in connection: Connection
    ) throws(SQLiteError) {
        guard !isUnused else {
            try connection.run("UPDATE groups SET rotation = NULL WHERE rotation = ?1", rotation)
            return
        }
        try connection.run(
            """
            UPDATE groups SET rotation = NULL, free_at = ?2 + coalesce(
                (SELECT max(group_spacing_ms) FROM schedules WHERE group_name = groups.name), 0)
            WHERE rotation = ?1
            """,
            rotation,
            now
        )
    }

    /// Takes in that the clock was set: a spacing is a length of time, whatever the clock says.
    ///
    /// What was written between the step and its discovery can't be told from what was written before: of both answers the
    /// later one is taken, and none is later than a whole spacing from now.
    static func adjustForClockStep(_ step: Duration, now: Instant, in connection: Connection) throws(SQLiteError) {
        let before = now.advanced(by: .zero - step)
        if step > .zero {
            try connection.run("UPDATE groups SET free_at = free_at + ?1 WHERE free_at > ?2", step.milliseconds, before)
        }
        try connection.run(
            """
            UPDATE groups SET free_at = min(free_at, ?1 + coalesce(
                (SELECT max(group_spacing_ms) FROM schedules WHERE group_name = groups.name), 0))
            """,
            now
        )
    }
}
