import RotationCore
import SQLite
import Scheduling

/// Reads what the history knows about a secret, from the tables of schedules, rotations, attempts, holds and looks.
enum KnownTable {
    /// `?1` hub, `?2` alias.
    ///
    /// A rotation that has its outcome and waits for its end only, for `finish` or an erasure, is not in motion.
    private static let query = """
        SELECT s.seen_updates, s.changed_by_hand_at, s.value_unknown_since IS NOT NULL, s.paused_at, s.paused_until,
            s.max_age_ms, s.last_success,
            EXISTS (SELECT 1 FROM rotations AS r WHERE r.hub = ?1 AND r.alias = ?2 AND r.outcome IS NULL),
            (SELECT until FROM holds AS h WHERE h.hub = ?1 AND h.alias = ?2),
            EXISTS (SELECT 1 FROM looks AS l WHERE l.hub = ?1 AND l.alias = ?2),
            (SELECT id FROM rotations AS r WHERE r.hub = ?1 AND r.alias = ?2 ORDER BY opened_at DESC, id DESC LIMIT 1),
            c.id, c.ended_at, c.is_ambiguous, c.seen_updates,
            EXISTS (
                SELECT 1 FROM rotations AS r JOIN attempts AS a ON a.rotation = r.id
                WHERE r.hub = ?1 AND r.alias = ?2 AND (r.opened_at, r.id) > (c.opened_at, c.id)
                    AND a.outcome IS NOT 'refused'
            ),
            s.anchor
        FROM schedules AS s LEFT JOIN rotations AS c ON c.id = (
            SELECT id FROM rotations AS r
            WHERE r.hub = ?1 AND r.alias = ?2 AND r.outcome = 'succeeded' AND r.is_confirmed = 1
            ORDER BY opened_at DESC, id DESC LIMIT 1
        )
        WHERE s.hub = ?1 AND s.alias = ?2
        """

    static func row(of secret: SecretName, in connection: Connection) throws -> DriftComparison.Row {
        do {
            let row: DriftComparison.Row? = try decoding("schedules \(secret)") {
                try connection.first(query, secret.hub, secret.alias.text) { row throws(SQLiteError) in
                    try known(row).map { .known($0) } ?? .unreadable
                }
            }
            return row ?? .none
        } catch is UndecodableRow {
            return .unreadable
        }
    }

    /// - Returns: nil where a column holds something else.
    private static func known(_ row: borrowing Row) throws(SQLiteError) -> KnownSecret? {
        var known = KnownSecret(anchor: try row.get(16))
        guard let seen = EvidenceColumns.numbers(try row.get(0)) else { return nil }
        known.seenUpdates = seen
        known.changedByHandAt = try row.get(1)
        known.isValueUnknown = try row.get(2)
        let pausedUntil = try row.get(4, as: Instant?.self)
        known.pause = try row.get(3, as: Instant?.self).map { .init(since: $0, until: pausedUntil) }
        let begin = try row.get(6, as: Instant?.self) ?? known.anchor
        known.expiry = try row.get(5, as: Int64?.self).map { begin.advanced(by: .milliseconds($0)) }
        known.isRotating = try row.get(7)
        known.heldUntil = try row.get(8)
        known.hasLook = try row.get(9)
        known.newest = try row.get(10)
        guard let id = try row.get(11, as: RotationID?.self) else { return known }
        guard let seen = EvidenceColumns.numbers(try row.get(14)) else { return nil }
        known.delivery = .init(
            rotation: id,
            endedAt: try row.get(12),
            isAmbiguous: try row.get(13),
            seen: seen
        )
        known.hasLaterAttempt = try row.get(15)
        return known
    }

    /// Our requests that may have changed a secret, from an instant on: rotations' attempts, and what was done by hand.
    ///
    /// An operation by hand is known by its entries alone: the newest are read.
    static func attempts(
        on secret: SecretName,
        since start: Instant,
        in connection: Connection
    ) throws(SQLiteError) -> [OwnAttempt] {
        let rotated = try connection.all(
            """
            SELECT a.started_at, a.ended_at, a.outcome IS NULL OR a.outcome IN ('ambiguous', 'unknown')
            FROM rotations AS r JOIN attempts AS a ON a.rotation = r.id
            WHERE r.hub = ?1 AND r.alias = ?2 AND coalesce(a.ended_at, a.started_at) >= ?3
            """,
            secret.hub,
            secret.alias.text,
            start
        ) { row throws(SQLiteError) in
            OwnAttempt(startedAt: try row.get(0), endedAt: try row.get(1), isAmbiguous: try row.get(2))
        }
        let byHand: [String] = try connection.all(
            """
            SELECT \(LineSQL.member("time")) FROM audit_log
            WHERE seq > (SELECT max(seq) FROM audit_log) - ?3 AND line LIKE '%"event":"secret.%'
                AND \(LineSQL.member("alias")) = ?2 AND \(LineSQL.member("hub")) = ?1
            """,
            secret.hub,
            secret.alias.text,
            entriesRead
        ) { row throws(SQLiteError) in try row.get(0) }
        // How it ended is not looked up: its value may arrive late in any case.
        return rotated
            + byHand.compactMap { Instant(rfc3339: $0) }.map {
                OwnAttempt(startedAt: $0, endedAt: $0, isAmbiguous: true)
            }
    }

    private static let entriesRead: Int64 = 100_000
}
