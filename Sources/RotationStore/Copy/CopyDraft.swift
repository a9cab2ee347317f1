import RotationCore
import SQLite
import Scheduling

/// A copy that is being written, with the original attached: nobody reads it until it is whole.
struct CopyDraft {
    private let connection: Connection
    private let tables: [CopyTable]

    /// Opens a draft.
    ///
    /// - Parameters:
    ///   - path: The draft's file; nothing is in it where it is made anew.
    ///   - original: The history's path.
    init(path: String, original: String) throws {
        // Who locks the original has the copy wait; the daemon itself is not held up by it.
        connection = try Connection(path: path, mode: .draft, busyTimeout: 500)
        do {
            try connection.attach(readOnly: original, as: "original")
            let kind = try connection.first("PRAGMA original.application_id") { row throws(SQLiteError) in
                try row.get(0, as: Int.self)
            }
            guard kind == Int(MainSchema.migrator.applicationID) else {
                throw Migrator.Failure.foreignDatabase(path: original)
            }
            tables = try CopyTable.all(in: connection)
        } catch {
            connection.close()
            throw error
        }
    }

    func close() {
        connection.close()
    }

    /// Brings the draft up to date with one state of the original.
    ///
    /// - Parameters:
    ///   - scope: What it may lack; nil for all, where nothing is in it.
    ///   - now: What it says as the time of that state.
    /// - Throws: ``CopyMismatch`` where it is no older state of the same history.
    func bringUpToDate(_ scope: CopyScope?, now: Instant) throws -> HistoryCopy.Standing {
        try connection.transaction(.deferred) {
            if let scope {
                guard try isOlderState else { throw CopyMismatch() }
                try name(scope)
                try refresh(isWide: scope.isWide)
            } else {
                try createSchema()
                for table in tables { try table.insert(in: connection) }
            }
            try connection.run(
                """
                INSERT OR REPLACE INTO main.history_copy (id, history, head, commits, up_to_date_at)
                SELECT 1, history, (SELECT coalesce(max(seq), 0) FROM main.audit_log), commits, ?1 FROM original.fence
                """,
                now
            )
            return try HistoryCopy.standing(in: connection)
        }
    }

    // MARK: Schema

    /// The original's, but for triggers: they guard what is written by others than the copier.
    private func createSchema() throws {
        let statements: [String] = try connection.all(
            """
            SELECT sql FROM original.sqlite_schema
            WHERE sql IS NOT NULL AND type IN ('table', 'index', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
            ORDER BY type = 'view', type = 'index'
            """
        ) { row throws(SQLiteError) in try row.get(0) }
        for statement in statements + [HistoryCopy.schema] { try connection.execute(statement) }
        let version = try connection.first("PRAGMA original.user_version") { row throws(SQLiteError) in
            try row.get(0, as: Int.self)
        }
        try connection.execute("PRAGMA main.user_version = \(version ?? 0)")
        try connection.execute("PRAGMA main.application_id = \(HistoryCopy.migrator.applicationID)")
    }

    /// Whether it is an older state of the same history, in the same schema.
    private var isOlderState: Bool {
        get throws {
            let isThere = try count("SELECT count(*) FROM main.sqlite_schema WHERE name = 'history_copy'") == 1
            guard isThere else { return false }
            let missing = try count(
                """
                SELECT count(*) FROM (
                    SELECT type, name, sql FROM original.sqlite_schema WHERE type <> 'trigger'
                    EXCEPT SELECT type, name, sql FROM main.sqlite_schema
                )
                """
            )
            // The newest line, as an older history that was restored goes on with other ones.
            let same = try count(
                """
                SELECT count(*) FROM main.history_copy AS c JOIN original.fence AS f ON f.history = c.history
                WHERE c.head = 0 OR EXISTS (
                    SELECT 1 FROM main.audit_log AS m JOIN original.audit_log AS o ON o.seq = m.seq AND o.line = m.line
                    WHERE m.seq = c.head
                )
                """
            )
            return missing == 0 && same == 1
        }
    }

    private func count(_ sql: String) throws -> Int {
        try connection.first(sql) { row throws(SQLiteError) in try row.get(0) } ?? 0
    }

    // MARK: Rows

    /// Writes the names of rows that it may lack into temporary tables.
    private func name(_ scope: CopyScope) throws {
        try connection.execute(
            """
            CREATE TEMP TABLE named_rotations (id TEXT PRIMARY KEY NOT NULL) WITHOUT ROWID;
            CREATE TEMP TABLE named_requests (id TEXT PRIMARY KEY NOT NULL) WITHOUT ROWID;
            CREATE TEMP TABLE named_secrets (hub TEXT NOT NULL, alias TEXT NOT NULL, PRIMARY KEY (hub, alias)) WITHOUT ROWID;
            """
        )
        for id in scope.rotations { try connection.run("INSERT INTO named_rotations VALUES (?1)", id) }
        if scope.isWide { try nameComparedRotations() }
        guard !scope.isWide else { return }
        for id in scope.requests { try connection.run("INSERT INTO named_requests VALUES (?1)", id) }
        for secret in scope.secrets {
            try connection.run("INSERT INTO named_secrets VALUES (?1, ?2)", secret.hub, secret.alias.text)
        }
        try connection.run(
            """
            INSERT OR IGNORE INTO named_secrets
            SELECT hub, alias FROM original.rotations WHERE id IN (SELECT id FROM named_rotations)
            """
        )
        // A request that is served keeps its row: those that wait, or that a named rotation was to serve, may have changed.
        try connection.run(
            """
            INSERT OR IGNORE INTO named_requests
            SELECT r.id FROM named_secrets AS s
            JOIN main.requests AS r ON r.hub = s.hub AND r.alias = s.alias AND r.rotation IS NULL
            UNION ALL SELECT r.id FROM named_secrets AS s
            JOIN original.requests AS r ON r.hub = s.hub AND r.alias = s.alias AND r.rotation IS NULL
            UNION ALL SELECT r.id FROM named_rotations AS n JOIN main.requests AS r ON r.rotation = n.id
            """
        )
    }

    /// Names the rotations that a comparison looks at: no other one changes without an entry that tells of it.
    private func nameComparedRotations() throws {
        try connection.run(
            """
            INSERT OR IGNORE INTO named_rotations
            SELECT json_extract(line, '$.rotation') FROM original.audit_log
            WHERE seq > (SELECT head FROM main.history_copy) AND json_extract(line, '$.rotation') IS NOT NULL
            UNION SELECT id FROM original.rotations WHERE closed_at IS NULL
            UNION SELECT id FROM main.rotations WHERE closed_at IS NULL
            """
        )
    }

    private func refresh(isWide: Bool) throws {
        for table in tables {
            switch (table.name, table.key) {
            case ("audit_log", _): try table.insert("seq > (SELECT head FROM main.history_copy)", in: connection)
            case ("rotations", _): try table.replace("id IN (SELECT id FROM named_rotations)", in: connection)
            case ("attempts", _): try table.replace("rotation IN (SELECT id FROM named_rotations)", in: connection)
            case ("requests", _) where !isWide:
                try table.replace("id IN (SELECT id FROM named_requests)", in: connection)
            case (_, ["hub", "alias"]) where !isWide:
                try table.replace("(hub, alias) IN (SELECT hub, alias FROM named_secrets)", in: connection)
            // Some rows in all: hubs, groups, zones and the like.
            default: try table.compare(in: connection)
            }
        }
    }
}
