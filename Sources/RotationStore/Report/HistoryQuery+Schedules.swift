package import Scheduling

/// Queries about the schedules of an instant.
///
/// Where entries were archived, a schedule that exists now, or was removed since, and that no kept entry adds first, was there before:
/// it counts from the first kept entry on.
extension HistoryQuery {
    /// Secrets that had a schedule at an instant, with the instant when it was added.
    ///
    /// - Parameter archived: The number of the last archived entry; 0 for none.
    package static func scheduled(at end: Instant, archived: Int64 = 0) -> HistoryQuery {
        HistoryQuery(from: "(\(present(end, archived)))", where: "event = 'schedule.added'")
    }

    /// Secrets whose value was older than the maximum age in force at an instant.
    ///
    /// A value's age counts from the last success; where there is none, from the instant when its schedule was added.
    ///
    /// - Parameter archived: The number of the last archived entry; 0 for none.
    package static func overdue(at end: Instant, archived: Int64 = 0) -> HistoryQuery {
        HistoryQuery(
            from: """
                (\(present(end, archived))) AS p
                JOIN (\(maximumAge(end, archived))) USING (hub, alias)
                LEFT JOIN (SELECT hub, alias, max(ended_at) AS succeeded_at FROM rotation_history
                  WHERE outcome = 'succeeded' AND ended_at < \(end) GROUP BY hub, alias) USING (hub, alias)
                """,
            where: """
                p.event = 'schedule.added' AND max_age IS NOT NULL
                AND round((julianday(\(end)) - julianday(coalesce(succeeded_at, p.time))) * 86400000)
                  >= CAST(max_age AS INTEGER) * CASE ltrim(max_age, '0123456789') WHEN 'w' THEN 604800000 WHEN 'd' THEN 86400000
                    WHEN 'h' THEN 3600000 WHEN 'm' THEN 60000 WHEN 's' THEN 1000 ELSE 1 END
                """
        )
    }

    /// The last addition or removal of each schedule before an instant.
    private static func present(_ end: Instant, _ archived: Int64) -> Part {
        guard archived > 0 else {
            return """
                SELECT hub, alias, max(seq), event, time FROM schedule_changes
                  WHERE event IN ('schedule.added', 'schedule.removed') AND time < \(end) GROUP BY hub, alias
                """
        }
        return """
            SELECT hub, alias, max(seq), event, time FROM (SELECT hub, alias, seq, event, time FROM schedule_changes
                WHERE event IN ('schedule.added', 'schedule.removed') AND time < \(end)
              UNION ALL SELECT hub, alias, 0, 'schedule.added', time FROM (\(earlier(end, archived)))) GROUP BY hub, alias
            """
    }

    /// The maximum age that each schedule had last before an instant.
    private static func maximumAge(_ end: Instant, _ archived: Int64) -> Part {
        guard archived > 0 else {
            return """
                SELECT hub, alias, max(seq), json_extract(detail, '$.new.max_age') AS max_age FROM schedule_changes
                  WHERE time < \(end) AND (event = 'schedule.added' OR event = 'schedule.changed'
                    AND coalesce(json_extract(detail, '$.new.max_age'), json_extract(detail, '$.old.max_age')) IS NOT NULL)
                  GROUP BY hub, alias
                """
        }
        return """
            SELECT hub, alias, max(seq), max_age FROM (
              SELECT hub, alias, seq, json_extract(detail, '$.new.max_age') AS max_age FROM schedule_changes
                WHERE time < \(end) AND (event = 'schedule.added' OR event = 'schedule.changed'
                  AND coalesce(json_extract(detail, '$.new.max_age'), json_extract(detail, '$.old.max_age')) IS NOT NULL)
              UNION ALL SELECT hub, alias, 0, CASE WHEN f.seq IS NULL
                  THEN CAST(round(s.max_age_seconds * 1000) AS INTEGER) || 'ms' ELSE f.max_age END
                FROM (\(earlier(end, archived))) LEFT JOIN schedule_current AS s USING (hub, alias)
                LEFT JOIN (SELECT hub, alias, min(seq) AS seq, json_extract(detail, '$.old.max_age') AS max_age FROM schedule_changes
                  WHERE event = 'schedule.removed' OR event = 'schedule.changed'
                    AND coalesce(json_extract(detail, '$.new.max_age'), json_extract(detail, '$.old.max_age')) IS NOT NULL
                  GROUP BY hub, alias) AS f USING (hub, alias)) GROUP BY hub, alias
            """
    }

    /// Schedules that were there before the first kept entry, with its time; none where that is not before an instant.
    private static func earlier(_ end: Instant, _ archived: Int64) -> Part {
        """
        SELECT hub, alias, time FROM (SELECT hub, alias FROM schedule_current
            EXCEPT SELECT hub, alias FROM schedule_changes WHERE event IN ('schedule.added', 'schedule.removed')
            UNION SELECT hub, alias FROM (SELECT hub, alias, min(seq), event FROM schedule_changes
              WHERE event IN ('schedule.added', 'schedule.removed') GROUP BY hub, alias) WHERE event = 'schedule.removed')
          JOIN (SELECT time FROM audit_entries WHERE seq > \(archived) ORDER BY seq LIMIT 1) ON time < \(end)
        """
    }
}
