import RotationCore
import SQLite
import Scheduling

extension DriftKind: ColumnValue {}

/// Reads and writes the table `drift_findings`.
enum DriftTable {
    /// The findings about one secret.
    static func findings(of secret: SecretName, in connection: Connection) throws(SQLiteError) -> [StoredFinding] {
        try connection.all(
            """
            SELECT kind, since, updated_at, last_seen, last_updated_by, at FROM drift_findings
            WHERE hub = ?1 AND alias = ?2 ORDER BY kind
            """,
            secret.hub,
            secret.alias.text
        ) { row throws(SQLiteError) in try finding(row, of: secret, first: 0) }
    }

    /// All findings, in the order of their secrets' names.
    static func all(in connection: Connection) throws(SQLiteError) -> [StoredFinding] {
        try connection.all(
            """
            SELECT hub, alias, kind, since, updated_at, last_seen, last_updated_by, at FROM drift_findings
            ORDER BY hub, alias, kind
            """
        ) { row throws(SQLiteError) in
            let hub = try row.get(0, as: String.self)
            guard let alias = SecretAlias(try row.get(1, as: String.self)) else { return StoredFinding?.none }
            return try finding(row, of: SecretName(hub: hub, alias: alias), first: 2)
        }.compactMap(\.self)
    }

    private static func finding(
        _ row: borrowing Row,
        of secret: SecretName,
        first: Int32
    ) throws(SQLiteError) -> StoredFinding {
        let finding = DriftFinding(
            try row.get(first),
            updatedAt: try row.get(first + 2),
            lastSeen: try row.get(first + 3),
            lastUpdatedBy: try row.get(first + 4),
            at: try row.get(first + 5)
        )
        return StoredFinding(secret: secret, finding: finding, since: try row.get(first + 1))
    }

    /// The secrets of a hub that have findings.
    static func aliases(of hub: String, in connection: Connection) throws(SQLiteError) -> [String] {
        try connection.all("SELECT DISTINCT alias FROM drift_findings WHERE hub = ?1", hub) {
            row throws(SQLiteError) in try row.get(0)
        }
    }

    static func set(_ stored: StoredFinding, in connection: Connection) throws(SQLiteError) {
        try connection.run(
            """
            INSERT OR REPLACE INTO drift_findings
                (hub, alias, kind, since, updated_at, last_seen, last_updated_by, at)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
            """,
            stored.secret.hub,
            stored.secret.alias.text,
            stored.finding.kind,
            stored.since,
            stored.finding.updatedAt,
            stored.finding.lastSeen,
            stored.finding.lastUpdatedBy,
            stored.finding.at
        )
    }

    /// Forgets findings of some kinds about a secret.
    ///
    /// - Returns: Whether there were any.
    static func remove(
        _ kinds: Set<DriftKind>,
        of secret: SecretName,
        in connection: Connection
    ) throws(SQLiteError) -> Bool {
        // Words of a closed set.
        let words = kinds.map { "'\($0.rawValue)'" }.sorted().joined(separator: ", ")
        let count = try connection.run(
            "DELETE FROM drift_findings WHERE hub = ?1 AND alias = ?2 AND kind IN (\(words))",
            secret.hub,
            secret.alias.text
        )
        return count > 0
    }

    // MARK: Looks

    /// When a hub was last held against the history; nil where it was never planned.
    static func look(at hub: String, in connection: Connection) throws(SQLiteError) -> DriftLook? {
        try connection.first(
            "SELECT looked_at, due_at, log_read_until FROM drift_looks WHERE hub = ?1",
            hub
        ) { row throws(SQLiteError) in
            DriftLook(lookedAt: try row.get(0), dueAt: try row.get(1), logReadUntil: try row.get(2))
        }
    }

    static func set(_ look: DriftLook, at hub: String, in connection: Connection) throws(SQLiteError) {
        try connection.run(
            "INSERT OR REPLACE INTO drift_looks (hub, looked_at, due_at, log_read_until) VALUES (?1, ?2, ?3, ?4)",
            hub,
            look.lookedAt,
            look.dueAt,
            look.logReadUntil
        )
    }
}
