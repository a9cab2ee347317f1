import AIHubClient
import RotationEngine
import SQLite
import Scheduling

/// Reads and writes the table `hubs`.
enum HubTable {
    static func status(of hub: String, in connection: Connection) throws(SQLiteError) -> HubStatus {
        let status = try connection.first(
            "SELECT paused_until, suspended_reason, suspended_since, probe_at, probes FROM hubs WHERE name = ?1",
            hub
        ) { row throws(SQLiteError) in
            decode(
                pausedUntil: try row.get(0),
                reason: try row.get(1),
                since: try row.get(2),
                probeAt: try row.get(3),
                probes: try row.get(4)
            )
        }
        return status ?? .available
    }

    private static func decode(
        pausedUntil: Instant?,
        reason: String?,
        since: Instant?,
        probeAt: Instant?,
        probes: Int
    ) -> HubStatus {
        if let reason = reason.flatMap(HubError.Kind.init(rawValue:)), let since, let probeAt {
            return .suspended(.init(reason: reason, since: since, probeAt: probeAt, probes: probes))
        }
        if let pausedUntil { return .paused(until: pausedUntil) }
        return probes > 0 ? .onProbation(probes: probes) : .available
    }

    static func set(_ status: HubStatus, of hub: String, in connection: Connection) throws(SQLiteError) {
        var pausedUntil: Instant?
        var suspension: HubStatus.Suspension?
        var probes = 0
        switch status {
        case .available: break
        case .paused(let until): pausedUntil = until
        case .onProbation(let left): probes = left
        case .suspended(let present):
            suspension = present
            probes = present.probes
        }
        try connection.run(
            """
            INSERT OR REPLACE INTO hubs (name, paused_until, suspended_reason, suspended_since, probe_at, probes)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6)
            """,
            hub,
            pausedUntil,
            suspension?.reason.rawValue,
            suspension?.since,
            suspension?.probeAt,
            probes
        )
    }
}
