package import RotationCore
import SQLite
package import Scheduling

/// The main database, for reading: what auditors and operators ask.
package struct History {
    let connection: Connection
    let generators: any GeneratorRegistry

    init(connection: Connection, generators: any GeneratorRegistry) {
        (self.connection, self.generators) = (connection, generators)
    }

    /// Opens the database read-only; a daemon may be writing to it.
    ///
    /// - Throws: `SQLiteError`, or `Migrator.Failure` for a file that is newer, older or not ours.
    package init(path: String, generators: any GeneratorRegistry) throws {
        self.generators = generators
        connection = try Connection(path: path, mode: .readOnly)
        try MainSchema.migrator.verify(connection)
    }

    /// Opens a file that is no database of a daemon, read-only.
    ///
    /// - Parameter check: Throws where it is not what the caller can read.
    init(reading path: String, generators: any GeneratorRegistry, check: (Connection) throws -> Void) throws {
        self.generators = generators
        connection = try Connection(path: path, mode: .readOnly)
        do { try check(connection) } catch {
            connection.close()
            throw error
        }
    }

    /// All schedules by name.
    ///
    /// - Parameter broken: Receives rows that can't be decoded.
    package func schedules(broken: (UndecodableRow) -> Void = { _ in }) throws -> [Schedule] {
        try ScheduleTable.all(by: generators, in: connection, broken: broken)
    }

    /// Calls a closure with each schedule, by name, and keeps none in memory; an error that it throws ends the reading.
    ///
    /// - Parameter broken: Receives rows that can't be decoded.
    package func forEachSchedule(
        broken: (UndecodableRow) -> Void = { _ in },
        _ body: (Schedule) throws -> Void
    ) throws {
        try ScheduleTable.forEach(by: generators, in: connection, broken: broken, body: body)
    }

    /// The secrets of the schedules that a closure chooses, by name.
    package func secrets(where isChosen: (Schedule) -> Bool) throws -> [SecretName] {
        var secrets: [SecretName] = []
        try forEachSchedule { schedule in
            if isChosen(schedule) { secrets.append(schedule.secret) }
        }
        return secrets
    }

    /// One schedule; nil where there is none.
    package func schedule(of secret: SecretName) throws -> Schedule? {
        try ScheduleTable.find(secret, by: generators, in: connection)
    }

    /// Rotations, the newest first.
    ///
    /// - Parameter broken: Receives rows that can't be decoded.
    package func rotations(
        openOnly: Bool = false,
        secret: SecretName? = nil,
        limit: Int = 1000,
        broken: (UndecodableRow) -> Void = { _ in }
    ) throws -> [StoredRotation] {
        try RotationTable.list(
            openOnly: openOnly,
            secret: secret,
            limit: limit,
            by: generators,
            in: connection,
            broken: broken
        )
    }

    /// One rotation, open or past; nil where there is none.
    package func rotation(_ id: RotationID) throws -> StoredRotation? {
        try RotationTable.find(id, by: generators, in: connection)
    }

    /// A rotation's attempts, the first one first.
    package func attempts(of rotation: RotationID) throws -> [StoredAttempt] {
        try connection.all(
            """
            SELECT number, started_at, ended_at, outcome, error, status, request_id FROM attempts
            WHERE rotation = ?1 ORDER BY number
            """,
            rotation
        ) { row throws(SQLiteError) in
            StoredAttempt(
                number: try row.get(0),
                startedAt: try row.get(1),
                endedAt: try row.get(2),
                outcome: try row.get(3),
                error: try row.get(4),
                status: try row.get(5),
                requestID: try row.get(6)
            )
        }
    }

    /// One line of the audit log; nil where there is none.
    package func auditLine(_ seq: Int64) throws -> String? {
        try connection.first("SELECT line FROM audit_log WHERE seq = ?1", seq) { row throws(SQLiteError) in
            try row.get(0)
        }
    }

    /// The class of the error that a rotation's last failed attempt had; nil where none has failed.
    package func lastError(of rotation: RotationID) throws -> String? {
        let error: String?? = try connection.first(
            "SELECT error FROM attempts WHERE rotation = ?1 AND error IS NOT NULL ORDER BY number DESC LIMIT 1",
            rotation
        ) { row throws(SQLiteError) in try row.get(0) }
        return error ?? nil
    }

    /// When the first rotation failed since the last one that succeeded; nil where none has.
    package func failingSince(_ secret: SecretName) throws -> Instant? {
        let first: Instant?? = try connection.first(
            """
            SELECT min(ended_at) FROM rotations WHERE hub = ?1 AND alias = ?2 AND outcome = 'failed' AND ended_at > (
                SELECT coalesce(max(ended_at), -9e18) FROM rotations
                WHERE hub = ?1 AND alias = ?2 AND outcome = 'succeeded'
            )
            """,
            secret.hub,
            secret.alias.text
        ) { row throws(SQLiteError) in try row.get(0) }
        return first ?? nil
    }

    /// Hands each line of the audit log that is newer than `seq` to a closure, the oldest first.
    package func auditLines(after seq: Int64 = 0, _ body: (String) -> Void) throws {
        try AuditTable.each(after: seq, in: connection, body)
    }

    /// What is remembered of a hub.
    package func hubStatus(_ hub: String) throws -> HubStatus {
        try HubTable.status(of: hub, in: connection)
    }

    /// Whether a group lets none of its secrets rotate: nil where it does, else until when, or `.some(nil)` while one rotates.
    package func groupIsBusy(_ name: String, now: Instant) throws -> Instant?? {
        try GroupTable.busy(name, now: now, in: connection)
    }

    /// The rotation that serves a request; nil while it waits for one.
    package func rotation(serving request: RotationID) throws -> StoredRotation? {
        let id = try connection.first("SELECT rotation FROM requests WHERE id = ?1", request) {
            row throws(SQLiteError) in try row.get(0, as: RotationID?.self)
        }
        guard let id = id ?? nil else { return nil }
        return try RotationTable.find(id, by: generators, in: connection)
    }

    /// Whether a request is still there: it goes when its schedule does.
    package func hasRequest(_ request: RotationID) throws -> Bool {
        try connection.first("SELECT 1 FROM requests WHERE id = ?1", request) { row throws(SQLiteError) in
            try row.get(0, as: Int.self)
        } != nil
    }

    /// The candidates of rotations that this history does not know, the oldest first.
    package func keptCandidates() throws -> [KeptCandidate] {
        try KeptTable.all(in: connection)
    }

    /// The secrets of which it is unknown which value is in force, and since when.
    package func unknownValues() throws -> [(secret: SecretName, since: Instant)] {
        try ScheduleTable.unknownValues(in: connection).compactMap { row in
            SecretAlias(row.alias).map { (SecretName(hub: row.hub, alias: $0), row.since) }
        }
    }

    /// When the daemon last refused a configuration that it was to load; nil where the newest one is in force.
    ///
    /// Looks at the newest entries only: it must stay quick however long the log is.
    package func configurationRejectedAt(within entries: Int64 = 100_000) throws -> String? {
        try connection.first(
            """
            SELECT event, time FROM (
                SELECT \(LineSQL.member("event")) AS event, \(LineSQL.member("time")) AS time FROM audit_log
                WHERE seq > (SELECT max(seq) FROM audit_log) - ?1 AND line LIKE '%"event":"configuration.%'
                ORDER BY seq DESC LIMIT 1
            )
            """,
            entries
        ) { row throws(SQLiteError) in
            (event: try row.get(0, as: String?.self), time: try row.get(1, as: String?.self))
        }.flatMap { $0.event == "configuration.rejected" ? $0.time : nil }
    }

    /// Whether the daemon could confine plug-ins when it last started; nil where the history's newest entries do not tell.
    package func confinesPlugIns(within entries: Int64 = 100_000) throws -> Bool? {
        let version: Int? =
            try connection.first(
                """
                SELECT \(LineSQL.member("detail.landlock")) FROM audit_log
                WHERE seq > (SELECT max(seq) FROM audit_log) - ?1 AND line LIKE '%"event":"daemon.started"%'
                ORDER BY seq DESC LIMIT 1
                """,
                entries
            ) { row throws(SQLiteError) in try row.get(0, as: Int?.self) } ?? nil
        return version.map { $0 > 0 }
    }

    /// What SQLite finds wrong with the file; empty where it is sound.
    ///
    /// - Parameter isThorough: Whether indexes are compared with their tables, too (`PRAGMA integrity_check`).
    package func damage(isThorough: Bool = false) throws -> [String] {
        let check = isThorough ? "PRAGMA integrity_check(10)" : "PRAGMA quick_check(10)"
        let rows: [String] = try connection.all(check) { row throws(SQLiteError) in try row.get(0) }
        return rows == ["ok"] ? [] : rows
    }

    /// The number of the schema's migrations, as `PRAGMA user_version` has it.
    package var schemaVersion: Int { MainSchema.migrator.migrations.count }

    /// Closes the file.
    package func close() {
        connection.close()
    }
}

/// A candidate that is kept apart, as the history does not know its rotation.
package struct KeptCandidate: Hashable, Sendable {
    /// The rotation's name, as the file of candidates has it.
    package var rotation: String
    /// When it was found.
    package var since: Instant
}

/// An attempt as the history has it.
package struct StoredAttempt: Hashable, Sendable {
    /// Counted from 1 within its rotation.
    package var number: Int
    package var startedAt: Instant
    /// nil while it is under way; after a crash, for ever.
    package var endedAt: Instant?
    /// `delivered`, `refused`, `ambiguous` or `unknown`; nil while it is under way.
    package var outcome: String?
    /// The class of the error.
    package var error: String?
    /// The HTTP status.
    package var status: Int?
    /// The hub's name for the request.
    package var requestID: String?
}
