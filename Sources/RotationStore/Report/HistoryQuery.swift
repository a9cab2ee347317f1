package import Scheduling

/// A query over the documented views, of which a report says the result and the SQL.
///
/// Its text is made of literals of the program and of instants alone, so it can be run and printed as it is.
package struct HistoryQuery: Hashable, Sendable {
    /// A part of a query's text.
    package struct Part: Hashable, Sendable, ExpressibleByStringInterpolation {
        let sql: String

        package init(stringLiteral value: StaticString) { sql = "\(value)" }
        package init(stringInterpolation: Interpolation) { sql = stringInterpolation.sql }

        /// What may stand in a query's text: parts, instants and numbers.
        package struct Interpolation: StringInterpolationProtocol {
            fileprivate var sql = ""

            package init(literalCapacity: Int, interpolationCount: Int) {}
            package mutating func appendLiteral(_ literal: StaticString) { sql += "\(literal)" }
            package mutating func appendInterpolation(_ part: Part) { sql += part.sql }
            package mutating func appendInterpolation(_ instant: Instant) { sql += "'\(instant.rfc3339)'" }
            package mutating func appendInterpolation(_ number: Int64) { sql += "\(number)" }
        }
    }

    /// The view, or several joined ones.
    let source: Part
    /// The condition that selects rows.
    let condition: Part

    package init(from source: Part, where condition: Part) {
        (self.source, self.condition) = (source, condition)
    }

    /// The SQL that counts the rows.
    package var countSQL: String { "SELECT count(*) FROM \(source.sql) WHERE \(condition.sql);" }

    /// The SQL that lists the rows.
    package var listSQL: String { rows("*") }

    /// The SQL that reads columns of the rows.
    func rows(_ columns: Part, orderBy order: Part? = nil) -> String {
        "SELECT \(columns.sql) FROM \(source.sql) WHERE \(condition.sql)" + (order.map { " ORDER BY \($0.sql)" } ?? "")
            + ";"
    }
}

extension HistoryQuery {
    /// Rotations that ended in a range.
    ///
    /// - Parameter more: A further condition.
    package static func rotations(endedFrom start: Instant, to end: Instant, _ more: Part = "") -> HistoryQuery {
        HistoryQuery(from: "rotation_history", where: "ended_at >= \(start) AND ended_at < \(end)\(more)")
    }

    /// Rotations that were open at an instant.
    package static func rotations(openAt end: Instant, _ more: Part = "") -> HistoryQuery {
        HistoryQuery(
            from: "rotation_history",
            where: "opened_at < \(end) AND (ended_at IS NULL OR ended_at >= \(end))\(more)"
        )
    }

    /// Rotations that were opened before an instant.
    package static func rotations(openedBefore end: Instant) -> HistoryQuery {
        HistoryQuery(from: "rotation_history", where: "opened_at < \(end)")
    }

    /// Entries of a range.
    ///
    /// - Parameter more: A further condition.
    package static func entries(from start: Instant, to end: Instant, _ more: Part = "") -> HistoryQuery {
        HistoryQuery(from: "audit_entries", where: "time >= \(start) AND time < \(end)\(more)")
    }

    /// Changes of schedules in a range; from the history's beginning where no start is given.
    package static func changes(from start: Instant? = nil, to end: Instant, _ more: Part = "") -> HistoryQuery {
        let start: Part = start.map { "time >= \($0) AND " } ?? ""
        return HistoryQuery(from: "schedule_changes", where: "\(start)time < \(end)\(more)")
    }
}

extension HistoryQuery {
    /// Secrets that had a schedule at an instant, with the instant when it was added.
    package static func scheduled(at end: Instant) -> HistoryQuery {
        HistoryQuery(from: "(\(present(end)))", where: "event = 'schedule.added'")
    }

    /// Secrets whose value was older than the maximum age in force at an instant.
    ///
    /// A value's age counts from the last success; where there is none, from the instant when its schedule was added.
    package static func overdue(at end: Instant) -> HistoryQuery {
        HistoryQuery(
            from: """
                (\(present(end))) AS p
                JOIN (SELECT hub, alias, max(seq), json_extract(detail, '$.new.max_age') AS max_age FROM schedule_changes
                  WHERE time < \(end) AND (event = 'schedule.added' OR event = 'schedule.changed'
                    AND coalesce(json_extract(detail, '$.new.max_age'), json_extract(detail, '$.old.max_age')) IS NOT NULL)
                  GROUP BY hub, alias) USING (hub, alias)
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
    private static func present(_ end: Instant) -> Part {
        """
        SELECT hub, alias, max(seq), event, time FROM schedule_changes
          WHERE event IN ('schedule.added', 'schedule.removed') AND time < \(end) GROUP BY hub, alias
        """
    }
}
