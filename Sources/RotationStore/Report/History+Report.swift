import SQLite
package import Scheduling

/// What reports read: the documented views, by the SQL that they print.
extension History {
    /// Defines the documented views for this connection, from the program's own text.
    ///
    /// The views of a file are not run (`trusted_schema`): a prepared file could call any function there.
    /// These have the same text, and shadow them.
    package func openViews() throws {
        let views = MainSchema.views.replacing("CREATE VIEW ", with: "CREATE TEMP VIEW IF NOT EXISTS ")
        // It would forbid temporary views, too. The file itself is open read-only.
        try connection.execute("PRAGMA query_only = OFF")
        defer { try? connection.execute("PRAGMA query_only = ON") }
        try connection.execute(views)
    }

    /// Counts the rows of a query, by exactly the SQL that it prints.
    package func count(_ query: HistoryQuery) throws -> Int64 {
        try connection.first(query.countSQL) { row throws(SQLiteError) in try row.get(0, as: Int64.self) } ?? 0
    }

    /// Hands rows of `rotation_history` to a closure: secret by secret, the oldest first.
    package func eachRotation(_ query: HistoryQuery, _ body: (RotationRow) throws -> Void) throws {
        let sql = query.rows(
            """
            hub, alias, rotation, "trigger", outcome, phase, decision, confirmed, attempts, error, failed_step, opened_at, ended_at
            """,
            orderBy: "hub, alias, opened_at, rotation"
        )
        try each(sql, body) { row throws(SQLiteError) in
            RotationRow(
                hub: try row.get(0),
                alias: try row.get(1),
                rotation: try row.get(2),
                trigger: try row.get(3),
                outcome: try row.get(4),
                phase: try row.get(5),
                decision: try row.get(6),
                isConfirmed: try row.get(7, as: Int64?.self).map { $0 != 0 },
                attempts: try row.get(8),
                error: try row.get(9),
                failedStep: try row.get(10),
                openedAt: try row.instant(11) ?? .distantPast,
                endedAt: try row.instant(12)
            )
        }
    }

    /// Hands rows of `audit_entries` to a closure, the oldest first.
    package func eachEntry(_ query: HistoryQuery, _ body: (EntryRow) throws -> Void) throws {
        let sql = query.rows(
            "seq, time, event, hub, alias, rotation, \"trigger\", actor_kind, actor_name, actor_uid, detail",
            orderBy: "seq"
        )
        try each(sql, body) { row throws(SQLiteError) in
            EntryRow(
                seq: try row.get(0),
                time: try row.instant(1) ?? .distantPast,
                event: try row.get(2),
                hub: try row.get(3),
                alias: try row.get(4),
                rotation: try row.get(5),
                trigger: try row.get(6),
                actorKind: try row.get(7, as: String?.self) ?? "",
                actorName: try row.get(8),
                actorUID: try row.get(9),
                detail: try row.get(10)
            )
        }
    }

    /// Hands rows of `schedule_changes` to a closure, the oldest first.
    package func eachChange(_ query: HistoryQuery, _ body: (EntryRow) throws -> Void) throws {
        let sql = query.rows(
            """
            seq, time, event, hub, alias, json_extract(actor, '$.kind'), json_extract(actor, '$.name'),
            json_extract(actor, '$.uid'), detail
            """,
            orderBy: "seq"
        )
        try each(sql, body) { row throws(SQLiteError) in
            EntryRow(
                seq: try row.get(0),
                time: try row.instant(1) ?? .distantPast,
                event: try row.get(2),
                hub: try row.get(3),
                alias: try row.get(4),
                actorKind: try row.get(5, as: String?.self) ?? "",
                actorName: try row.get(6),
                actorUID: try row.get(7),
                detail: try row.get(8)
            )
        }
    }

    /// Counts the entries of a query by their event.
    package func events(_ query: HistoryQuery) throws -> [(event: String, count: Int64)] {
        try connection.all(
            "SELECT event, count(*) FROM \(query.source.sql) WHERE \(query.condition.sql) GROUP BY event"
        ) {
            row throws(SQLiteError) in (event: try row.get(0), count: try row.get(1))
        }
    }

    /// When the daemon last wrote an entry before one; nil for never.
    package func daemonLastSeen(before seq: Int64) throws -> Instant? {
        try connection.first(
            "SELECT time FROM audit_entries WHERE seq < ?1 AND actor_kind = 'daemon' ORDER BY seq DESC LIMIT 1",
            seq
        ) { row throws(SQLiteError) in try row.instant(0) } ?? nil
    }

    /// What became of a request: how its rotation ended, and when; nil where it waits for one.
    package func result(of request: String) throws -> (outcome: String?, endedAt: Instant?)? {
        try connection.first(
            """
            SELECT outcome, ended_at FROM rotation_history WHERE rotation = (SELECT rotation FROM requests WHERE id = ?1)
            """,
            request
        ) { row throws(SQLiteError) in (outcome: try row.get(0), endedAt: try row.instant(1)) }
    }

    /// The newest entry; nil for an empty history.
    package func head() throws -> HistoryHead? {
        try connection.first("SELECT seq, time, host, version FROM audit_entries ORDER BY seq DESC LIMIT 1") {
            row throws(SQLiteError) in
            HistoryHead(
                seq: try row.get(0),
                time: try row.instant(1) ?? .distantPast,
                host: try row.get(2, as: String?.self) ?? "",
                version: try row.get(3, as: String?.self) ?? ""
            )
        }
    }

    /// Reads rows one by one; an error of the closure ends it.
    private func each<T>(
        _ sql: String,
        _ body: (T) throws -> Void,
        read: (borrowing Row) throws(SQLiteError) -> T
    ) throws {
        var failure: (any Error)?
        try connection.each(sql) { row throws(SQLiteError) in
            guard failure == nil else { return }
            let value = try read(row)
            do { try body(value) } catch { failure = error }
        }
        if let failure { throw failure }
    }
}

extension Row {
    /// A column of a view that is an instant in RFC 3339; nil for NULL and what is none.
    fileprivate borrowing func instant(_ index: Int32) throws(SQLiteError) -> Instant? {
        try get(index, as: String?.self).flatMap { Instant(rfc3339: $0) }
    }
}
