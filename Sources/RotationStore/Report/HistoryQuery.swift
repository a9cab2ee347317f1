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
