import RotationCore
import SQLite
package import Scheduling
import ValueGenerators

extension SyntheticHistory {
    /// Stores a schedule as it is now; its entries are noted by others.
    package func store(_ alias: String, every: Int64 = 604_800_000, maxAge: Int64? = nil, pausedAt: Instant? = nil)
        throws
    {
        try connection.run(
            """
            INSERT INTO schedules (hub, alias, every_ms, min_interval_ms, max_age_ms, generator, anchor, next_step, slot, next_due,
                paused_at, pause_reason)
            VALUES (?1, ?2, ?3, 60000, ?4, ?7, 0, 'slot', 1798027200000, 1798027200000, ?5, ?6)
            """,
            Self.hub,
            alias,
            every,
            maxAge,
            pausedAt,
            pausedAt.map { _ in "stored" },
            try BuiltInGenerators().standard("password").json
        )
    }

    /// Deletes the lines of the finished history that come before the first one of an instant or later.
    ///
    /// - Returns: The number of the last one.
    package static func deleteLines(of path: String, before instant: Instant) throws -> Int64 {
        let connection = try Connection(path: path, mode: .readWrite)
        defer { connection.close() }
        let first = try connection.first(
            "SELECT min(seq) FROM audit_log WHERE json_extract(line, '$.time') >= ?1",
            instant.rfc3339
        ) { row throws(SQLiteError) in try row.get(0, as: Int64.self) }
        let last = (first ?? 1) - 1
        try connection.execute("DROP TRIGGER audit_log_no_delete; DELETE FROM audit_log WHERE seq <= \(last)")
        return last
    }
}
