package import RotationCore
import SQLite
package import Scheduling

/// What is asked of the audit log: an entry matches if it matches each criterion that is given, and one of the patterns of
/// a criterion that has several.
///
/// Patterns are SQLite's GLOB: `*`, `?`, `[a-z]`. A line that another program has made no JSON matches unless its text rules
/// it out: an auditor must see it.
package struct AuditQuery: Hashable, Sendable {
    /// Patterns of secrets: of `hub/alias` where the pattern has a slash, otherwise of the alias.
    package var secrets: [String] = []
    /// Patterns of hubs' names.
    package var hubs: [String] = []
    /// Patterns of events, for example `rotation.*`.
    package var events: [String] = []
    /// Names of triggers.
    package var triggers: [Trigger] = []
    /// Patterns of actors: their kind, name or uid.
    package var actors: [String] = []
    /// The first instant of the range; nil for no bound.
    package var start: Instant?
    /// The first instant after the range; nil for no bound.
    package var end: Instant?
    /// Outcomes of rotations: all entries of rotations that have ended so.
    package var outcomes: [RotationOutcomeName] = []
    /// All entries of one rotation.
    package var rotation: RotationID?
    /// Only entries with a larger number.
    package var after: Int64 = 0
    /// Only entries up to this number; nil for all.
    package var through: Int64?
    /// The number of entries at most; nil for all.
    package var limit: Limit?

    /// A number of entries, of those that match.
    package enum Limit: Hashable, Sendable {
        /// The oldest ones.
        case first(Int)
        /// The newest ones.
        case last(Int)
    }

    /// Makes a query that all entries match.
    package init() {}

    /// Makes a query that the entries of a range match.
    package init(_ seqs: ClosedRange<Int64>) {
        (after, through) = (seqs.lowerBound - 1, seqs.upperBound)
    }

    /// How a rotation ended, as the history names it.
    package enum RotationOutcomeName: String, CaseIterable, Sendable {
        case succeeded
        case failed
        case abandoned
    }
}

extension AuditQuery {
    /// The query as SQL over `audit_log`, the oldest entry first.
    ///
    /// A canonical line has `"alias":"name"` as text, so that a search for the text rules most lines out before their JSON
    /// is read.
    ///
    /// - Parameter columns: What it selects.
    func sql(_ columns: String) -> (text: String, values: [any ColumnValue]) {
        var statement = Statement()
        statement.add("seq > \(statement.bind(after))")
        if let through { statement.add("seq <= \(statement.bind(through))") }
        if let start {
            let value = statement.bind(start.rfc3339)
            statement.add(LineSQL.condition("json_extract(line, '$.time') >= \(value)"))
        }
        if let end {
            let value = statement.bind(end.rfc3339)
            statement.add(LineSQL.condition("json_extract(line, '$.time') < \(value)"))
        }
        statement.addAny(events) { $0.glob("event", $1) }
        statement.addAny(secrets) { statement, pattern in
            guard let slash = pattern.firstIndex(of: "/") else { return statement.glob("alias", pattern) }
            let (hub, alias) = (String(pattern[..<slash]), String(pattern[slash...].dropFirst()))
            return "\(statement.glob("alias", alias)) AND \(statement.glob("hub", hub))"
        }
        statement.addAny(hubs) { $0.glob("hub", $1) }
        statement.addAny(triggers) { $0.glob("trigger", $1.rawValue) }
        statement.addAny(actors) { statement, pattern in
            let value = statement.bind(pattern)
            return LineSQL.condition(
                ["kind", "name", "uid"].map { "json_extract(line, '$.actor.\($0)') GLOB \(value)" }
                    .joined(separator: " OR ")
            )
        }
        if let rotation { statement.add(statement.glob("rotation", rotation.description)) }
        if !outcomes.isEmpty {
            let names = outcomes.map { statement.bind($0.rawValue) }.joined(separator: ", ")
            statement.add(
                LineSQL.condition(
                    "json_extract(line, '$.rotation') IN (SELECT id FROM rotations WHERE outcome IN (\(names)))"
                )
            )
        }
        let text = "SELECT \(columns) FROM audit_log WHERE \(statement.terms.joined(separator: " AND "))"
        switch limit {
        case nil: return (text + " ORDER BY seq", statement.values)
        case .first(let count):
            let limit = statement.bind(Int64(count))
            return (text + " ORDER BY seq LIMIT \(limit)", statement.values)
        case .last(let count):
            let limit = statement.bind(Int64(count))
            return ("SELECT * FROM (\(text) ORDER BY seq DESC LIMIT \(limit)) ORDER BY seq", statement.values)
        }
    }

    /// A WHERE clause that grows, with its values.
    private struct Statement {
        var terms: [String] = []
        var values: [any ColumnValue] = []

        mutating func bind(_ value: any ColumnValue) -> String {
            values.append(value)
            return "?\(values.count)"
        }

        mutating func add(_ term: String) {
            terms.append(term)
        }

        /// Adds a term that holds if one of several does; none for an empty list.
        mutating func addAny<T>(_ patterns: [T], _ term: (inout Statement, T) -> String) {
            guard !patterns.isEmpty else { return }
            let alternatives = patterns.map { "(\(term(&self, $0)))" }
            add("(\(alternatives.joined(separator: " OR ")))")
        }

        /// A term for a top-level member of the line whose text matches a pattern.
        mutating func glob(_ member: String, _ pattern: String) -> String {
            let prefix = String(pattern.prefix { !"*?[\"\\".contains($0) })
            let isLiteral = prefix.count == pattern.count
            let found = bind("\"\(member)\":\"\(prefix)\(isLiteral ? "\"" : "")")
            let value = bind(pattern)
            let matches = "json_extract(line, '$.\(member)') \(isLiteral ? "=" : "GLOB") \(value)"
            return "instr(line, \(found)) > 0 AND \(LineSQL.condition(matches))"
        }
    }
}
