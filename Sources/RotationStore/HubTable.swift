import RotationCore
import SQLite
import Scheduling

/// Reads and writes the table `hubs`.
enum HubTable {
    static func status(of hub: String, in connection: Connection) throws(SQLiteError) -> HubStatus {
        let status = try connection.first(
            """
            SELECT paused_until, suspended_reason, suspended_since, probe_at, probes, failure_reason, failure_alias,
                failure_count, paused_since, pause_ms
            FROM hubs WHERE name = ?1
            """,
            hub
        ) { row throws(SQLiteError) in try Raw(row).status }
        return status ?? .available
    }

    /// One row, before it is known to be sound.
    private struct Raw {
        var pausedUntil: Instant?
        var suspendedReason: String?
        var suspendedSince: Instant?
        var probeAt: Instant?
        var probes = 0
        var failureReason: String?
        var failureAlias: String?
        var failureCount = 0
        var pausedSince: Instant?
        var pauseLength: Int64?

        init(_ row: borrowing Row) throws(SQLiteError) {
            pausedUntil = try row.get(0)
            suspendedReason = try row.get(1)
            suspendedSince = try row.get(2)
            probeAt = try row.get(3)
            probes = try row.get(4)
            failureReason = try row.get(5)
            failureAlias = try row.get(6)
            failureCount = try row.get(7)
            pausedSince = try row.get(8)
            pauseLength = try row.get(9)
        }

        init(_ status: HubStatus) {
            switch status {
            case .available: break
            case .paused(let pause):
                (pausedSince, pausedUntil, pauseLength) = (pause.since, pause.until, pause.length.column)
            case .halfOpen(let before): (probes, pauseLength) = (before.probes, before.pause?.column)
            case .failing(let failures):
                (failureReason, failureAlias, failureCount) = (failures.reason.rawValue, failures.alias, failures.count)
            case .suspended(let suspension):
                (suspendedReason, suspendedSince) = (suspension.reason.rawValue, suspension.since)
                (probeAt, probes) = (suspension.probeAt, suspension.probes)
            }
        }

        /// What fits together; a damaged row is an available hub, which the next failure puts right.
        var status: HubStatus {
            if let reason = suspendedReason.flatMap(HubError.Kind.init), let suspendedSince, let probeAt {
                return .suspended(.init(reason: reason, since: suspendedSince, probeAt: probeAt, probes: probes))
            }
            let length = pauseLength.map { Duration.milliseconds(min(max($0, 0), HubStatus.longestPause.milliseconds)) }
            if let pausedUntil {
                let since = pausedSince ?? pausedUntil
                return .paused(.init(since: since, until: pausedUntil, length: length ?? HubStatus.standardPause))
            }
            if let reason = failureReason.flatMap(HubError.Kind.init), let failureAlias {
                return .failing(.init(reason: reason, alias: failureAlias, count: failureCount))
            }
            let isHalfOpen = probes > 0 || length != nil
            return isHalfOpen ? .halfOpen(.init(probes: probes, pause: length)) : .available
        }
    }

    static func set(_ status: HubStatus, of hub: String, in connection: Connection) throws(SQLiteError) {
        let raw = Raw(status)
        try connection.run(
            """
            INSERT INTO hubs (name, paused_until, suspended_reason, suspended_since, probe_at, probes, failure_reason,
                failure_alias, failure_count, paused_since, pause_ms)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
            ON CONFLICT (name) DO UPDATE SET paused_until = excluded.paused_until,
                suspended_reason = excluded.suspended_reason, suspended_since = excluded.suspended_since,
                probe_at = excluded.probe_at, probes = excluded.probes, failure_reason = excluded.failure_reason,
                failure_alias = excluded.failure_alias, failure_count = excluded.failure_count,
                paused_since = excluded.paused_since, pause_ms = excluded.pause_ms
            """,
            hub,
            raw.pausedUntil,
            raw.suspendedReason,
            raw.suspendedSince,
            raw.probeAt,
            raw.probes,
            raw.failureReason,
            raw.failureAlias,
            raw.failureCount,
            raw.pausedSince,
            raw.pauseLength
        )
    }

    /// Since when the hub is known to refuse lists; nil where it is not.
    static func listsRefusedAt(_ hub: String, in connection: Connection) throws(SQLiteError) -> Instant? {
        let instant = try connection.first("SELECT lists_refused_at FROM hubs WHERE name = ?1", hub) {
            row throws(SQLiteError) in try row.get(0, as: Instant?.self)
        }
        return instant ?? nil
    }

    static func setListsRefused(_ hub: String, at instant: Instant?, in connection: Connection) throws(SQLiteError) {
        try connection.run(
            """
            INSERT INTO hubs (name, lists_refused_at) VALUES (?1, ?2)
            ON CONFLICT (name) DO UPDATE SET lists_refused_at = excluded.lists_refused_at
            """,
            hub,
            instant
        )
    }

    /// Which user our token is known to belong to.
    static func tokenOwner(of hub: String, in connection: Connection) throws(SQLiteError) -> TokenOwner {
        try connection.first(
            "SELECT token_owner, token_owner_count, token_challenger, token_challenger_count FROM hubs WHERE name = ?1",
            hub
        ) { row throws(SQLiteError) in
            TokenOwner(
                user: try row.get(0),
                count: try row.get(1),
                challenger: try row.get(2),
                challengerCount: try row.get(3)
            )
        } ?? TokenOwner()
    }

    static func set(_ owner: TokenOwner, of hub: String, in connection: Connection) throws(SQLiteError) {
        try connection.run(
            """
            INSERT INTO hubs (name, token_owner, token_owner_count, token_challenger, token_challenger_count)
            VALUES (?1, ?2, ?3, ?4, ?5)
            ON CONFLICT (name) DO UPDATE SET token_owner = excluded.token_owner,
                token_owner_count = excluded.token_owner_count, token_challenger = excluded.token_challenger,
                token_challenger_count = excluded.token_challenger_count
            """,
            hub,
            owner.user,
            owner.count,
            owner.challenger,
            owner.challengerCount
        )
    }
}
