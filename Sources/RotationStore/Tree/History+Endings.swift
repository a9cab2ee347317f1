import RotationCore
import SQLite
package import Scheduling

/// The outcomes in the table of rotations, compared with the entries that record them.
///
/// The tree protects the entries alone; who writes to the database can change a row without a trace in the log.
extension History {
    /// Rotations that are named at most.
    private static let mostNamed = 1000

    /// The digest of the table's ended rotations, as far as the entries of their ends should be there.
    private func endings(since first: Instant?) throws -> EndingDigest {
        var digest = EndingDigest()
        try connection.forEach(
            "SELECT id, outcome FROM rotations WHERE outcome IS NOT NULL AND (?1 IS NULL OR ended_at >= ?1)",
            [first]
        ) { row in
            try row.withBytes(0) { id in try row.withBytes(1) { digest.add(rotation: id, outcome: $0) } }
        }
        return digest
    }

    /// The rotations whose outcome in the table is not the one of the log.
    ///
    /// Both are read once, in memory that does not grow with them; only where digests differ are they compared one by one.
    ///
    /// - Parameters:
    ///   - logged: The digest of the endings of the lines that are there.
    ///   - archived: The number of the last archived entry: rotations that ended by then are left out.
    func differingRotations(from logged: EndingDigest, archived: Int64) throws -> [LogVerification.Problem] {
        // The time only says which rotations are counted: where the clock was set back, the comparison one by one is right.
        guard try endings(since: firstTime(after: archived)) != logged else { return [] }
        return try connection.all(Self.differences, archived, Int64(Self.mostNamed)) {
            row throws(SQLiteError) in
            let isThere = try row.get(2, as: Bool.self)
            let outcome = try row.get(1, as: String?.self)
            return .rotationDiffers(
                rotation: try row.get(0),
                table: isThere ? outcome.map { .outcome($0) } ?? .open : .absent,
                log: try row.get(3, as: String?.self).map { .outcome($0) } ?? .open
            )
        }
    }

    /// When the first entry that is not archived was written; nil where nothing is archived, or its line does not say it.
    package func firstTime(after archived: Int64) throws -> Instant? {
        guard archived > 0 else { return nil }
        let time: String?? = try connection.first(
            "SELECT \(LineSQL.member("time")) FROM audit_log WHERE seq > ?1 ORDER BY seq LIMIT 1",
            archived
        ) { row throws(SQLiteError) in try row.get(0, as: String?.self) }
        return (time ?? nil).flatMap { Instant(rfc3339: $0) }
    }

    /// SQL that lists what differs: ID, outcome in the table, whether the table has it, outcome in the log.
    ///
    /// A rotation without an entry of its end may have ended among the archived entries, but not if it was opened after them, or
    /// ended after they were archived.
    private static let differences = """
        WITH kept (id, event) AS MATERIALIZED (
            SELECT \(LineSQL.member("rotation")), \(LineSQL.member("event")) FROM audit_log
            WHERE seq > ?1 AND instr(line, '"event":"rotation.') > 0 AND \(LineSQL.member("event")) IN
                ('rotation.opened', 'rotation.succeeded', 'rotation.failed', 'rotation.abandoned')
                AND \(LineSQL.member("rotation")) IS NOT NULL
        ), ends (id, outcome) AS (
            SELECT id, substr(event, 10) FROM kept WHERE event <> 'rotation.opened'
        )
        SELECT e.id, r.outcome, r.id IS NOT NULL, e.outcome FROM ends AS e LEFT JOIN rotations AS r ON r.id = e.id
        WHERE r.outcome IS NOT e.outcome
        UNION ALL
        SELECT id, outcome, 1, NULL FROM rotations
        WHERE outcome IS NOT NULL AND id NOT IN (SELECT id FROM ends)
            AND (?1 = 0 OR id IN (SELECT id FROM kept WHERE event = 'rotation.opened')
                OR ended_at > (SELECT max(archived_at) FROM audit_archives))
        LIMIT ?2
        """
}
