package import RotationCore
import SQLite
package import Scheduling

/// A request that no rotation serves yet.
package struct WaitingRequest: Hashable, Sendable {
    package var secret: SecretName
    package var requestedAt: Instant
}

extension History {
    /// What stands in the way of slots and requests.
    ///
    /// - Parameters:
    ///   - hubs: The configured hubs.
    ///   - open: The rotations that are open.
    package func obstacles(hubs: some Sequence<String>, open: [StoredRotation]) throws -> Obstacles {
        var statuses: [String: HubStatus] = [:]
        for hub in hubs { statuses[hub] = try hubStatus(hub) }
        let rotations = open.map { ($0.rotation.secret, $0.rotation.id) }
        return Obstacles(
            hubs: statuses,
            holds: try holds(),
            groups: try busyGroups(),
            open: Dictionary(rotations) { first, _ in first }
        )
    }

    private func holds() throws -> [SecretName: Instant] {
        let rows = try connection.all("SELECT hub, alias, until FROM holds") { row throws(SQLiteError) in
            (
                hub: try row.get(0, as: String.self), alias: try row.get(1, as: String.self),
                until: try row.get(2, as: Instant.self)
            )
        }
        let held = rows.compactMap { row in
            SecretAlias(row.alias).map { (SecretName(hub: row.hub, alias: $0), row.until) }
        }
        return Dictionary(held) { first, _ in first }
    }

    private func busyGroups() throws -> [String: Instant?] {
        let rows = try connection.all("SELECT name, rotation IS NOT NULL, free_at FROM groups") {
            row throws(SQLiteError) in
            (
                name: try row.get(0, as: String.self), isBusy: try row.get(1, as: Bool.self),
                freeAt: try row.get(2, as: Instant.self)
            )
        }
        return Dictionary(rows.map { ($0.name, $0.isBusy ? nil : $0.freeAt) }) { first, _ in first }
    }

    /// The requests that wait for a rotation, the oldest of each secret first.
    package func waiting() throws -> [WaitingRequest] {
        try connection.all(
            """
            SELECT hub, alias, min(requested_at) FROM requests WHERE rotation IS NULL
            GROUP BY hub, alias ORDER BY min(requested_at)
            """
        ) { row throws(SQLiteError) in
            (
                hub: try row.get(0, as: String.self), alias: try row.get(1, as: String.self),
                at: try row.get(2, as: Instant.self)
            )
        }.compactMap { row in
            SecretAlias(row.alias).map {
                WaitingRequest(secret: SecretName(hub: row.hub, alias: $0), requestedAt: row.at)
            }
        }
    }

    /// Why sources of values are not to be delivered, or not any more, and since when that is known.
    package func sourceProblems() throws -> [SecretName: (text: String, since: Instant)] {
        let rows = try connection.all(
            "SELECT hub, alias, source_problem, source_problem_at FROM schedules WHERE source_problem IS NOT NULL"
        ) { row throws(SQLiteError) in
            (
                hub: try row.get(0, as: String.self), alias: try row.get(1, as: String.self),
                text: try row.get(2, as: String.self), since: try row.get(3, as: Instant.self)
            )
        }
        let problems = rows.compactMap { row in
            SecretAlias(row.alias).map { (SecretName(hub: row.hub, alias: $0), (text: row.text, since: row.since)) }
        }
        return Dictionary(problems) { first, _ in first }
    }

    /// When a rotation of a hub ended last; nil for never.
    package func lastEnded(at hub: String, now: Instant) throws -> Instant? {
        // What a clock that was ahead has noted does not count.
        let last = try connection.first(
            "SELECT max(ended_at) FROM rotations WHERE hub = ?1 AND ended_at <= ?2",
            hub,
            now
        ) { row throws(SQLiteError) in
            try row.get(0, as: Instant?.self)
        }
        return last ?? nil
    }
}
