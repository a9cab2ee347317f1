import RotationCore
import SQLite
import Scheduling

/// Reads and writes the table `schedules`.
enum ScheduleTable {
    private static let columns = """
        hub, alias, every_ms, min_interval_ms, generator, workspaces_type, workspaces, description, finish_after_ms,
        owner, policy, anchor, paused_at, paused_until, pause_reason, last_opened, last_success, last_fingerprint,
        failures, timezone, cron, window_ms, jitter_ms, max_age_ms, catch_up, group_name, group_spacing_ms, next_step,
        slot, next_due, adoption, adopted_fingerprint, seen_updates
        """

    /// One row, before it is known to be sound.
    private struct Raw {
        var hub: String
        var alias: String
        var every: Int64?
        var minInterval: Int64
        var generator: String
        var workspaces: WorkspaceColumns
        var description: String?
        var finishAfter: Int64
        var owner: String?
        var policy: String?
        var anchor: Instant
        var pausedAt: Instant?
        var pausedUntil: Instant?
        var pauseReason: String?
        var lastOpened: Instant?
        var lastSuccess: Instant?
        var lastFingerprint: [UInt8]?
        var failures: Int
        var timezone: String?
        var timing: TimingColumns
        var nextStep: NextStepColumns
        var adoption: AdoptionColumns
        var seenUpdates: String?

        init(_ row: borrowing Row) throws(SQLiteError) {
            hub = try row.get(0)
            alias = try row.get(1)
            every = try row.get(2)
            minInterval = try row.get(3)
            generator = try row.get(4)
            workspaces = WorkspaceColumns(type: try row.get(5), workspaces: try row.get(6))
            description = try row.get(7)
            finishAfter = try row.get(8)
            owner = try row.get(9)
            policy = try row.get(10)
            anchor = try row.get(11)
            pausedAt = try row.get(12)
            pausedUntil = try row.get(13)
            pauseReason = try row.get(14)
            lastOpened = try row.get(15)
            lastSuccess = try row.get(16)
            lastFingerprint = try row.get(17)
            failures = try row.get(18)
            timezone = try row.get(19)
            timing = try TimingColumns(row, first: 20)
            nextStep = try NextStepColumns(row, first: 27)
            adoption = try AdoptionColumns(row, first: 30)
            seenUpdates = try row.get(32)
        }

        /// The row's name in errors.
        private var row: String { "schedules \(hub)/\(alias)" }

        func schedule(by generators: any GeneratorRegistry) throws(UndecodableRow) -> Schedule {
            let secret = try SecretName(hub: hub, alias: alias, row: row)
            guard plausibleCounts.contains(failures), let cadence = timing.cadence(every: every),
                let generator = generators.specification(json: generator), let catchUp = timing.catchUpRule,
                (cadence == .onChange) == generator.isWatched,
                let nextStep = nextStep.nextStep(failures: failures),
                let adoption = adoption.known(isWatched: generator.isWatched),
                let seenUpdates = EvidenceColumns.numbers(seenUpdates)
            else { throw UndecodableRow(row: row) }
            let definition = ScheduleDefinition(
                cadence: cadence,
                timezone: try zone(),
                window: timing.window.map(Duration.milliseconds),
                jitter: .milliseconds(timing.jitter),
                maxAge: timing.maxAge.map(Duration.milliseconds),
                catchUp: catchUp,
                group: timing.group,
                generator: generator,
                minInterval: .milliseconds(minInterval),
                access: try workspaces.access(row: row),
                description: description,
                finishAfter: .milliseconds(finishAfter),
                owner: owner,
                policy: policy
            )
            return Schedule(
                secret: secret,
                definition: definition,
                anchor: anchor,
                nextStep: nextStep,
                pause: pausedAt.map { .init(since: $0, until: pausedUntil, reason: pauseReason) },
                lastOpened: lastOpened,
                lastSuccess: lastSuccess,
                lastFingerprint: lastFingerprint,
                adoption: adoption,
                failures: failures,
                seenUpdates: seenUpdates
            )
        }

        private func zone() throws(UndecodableRow) -> Zone? {
            guard let timezone else { return nil }
            do { return try ZoneDatabase.system.zone(named: timezone) } catch {
                throw UndecodableRow(row: "\(row): \(error)")
            }
        }
    }

    /// Made once, as each transition of a rotation may run it.
    private static let findQuery = "SELECT \(columns) FROM schedules WHERE hub = ?1 AND alias = ?2"

    static func find(
        _ secret: SecretName,
        by generators: any GeneratorRegistry,
        in connection: Connection
    ) throws -> Schedule? {
        let raw = try decoding("schedules \(secret)") {
            try connection.first(findQuery, secret.hub, secret.alias.text) {
                row throws(SQLiteError) in try Raw(row)
            }
        }
        return try raw?.schedule(by: generators)
    }

    /// All schedules by name; rows that can't be decoded are passed to `broken`.
    static func all(
        by generators: any GeneratorRegistry,
        in connection: Connection,
        broken: (UndecodableRow) -> Void
    ) throws -> [Schedule] {
        let sql = "SELECT \(columns) FROM schedules ORDER BY hub, alias"
        return try list(sql, by: generators, in: connection, broken: broken)
    }

    /// The schedules without a cadence, whose values somebody else makes.
    static let watchedQuery = "SELECT \(columns) FROM schedules WHERE every_ms IS NULL AND cron IS NULL"

    /// The schedules whose values somebody else makes; rows that can't be decoded are passed to `broken`.
    static func watched(
        by generators: any GeneratorRegistry,
        in connection: Connection,
        broken: (UndecodableRow) -> Void
    ) throws -> [Schedule] {
        try list(watchedQuery, by: generators, in: connection, broken: broken)
    }

    private static func list(
        _ sql: String,
        by generators: any GeneratorRegistry,
        in connection: Connection,
        broken: (UndecodableRow) -> Void
    ) throws -> [Schedule] {
        var schedules: [Schedule] = []
        try forEach(sql, by: generators, in: connection, broken: broken) { schedules.append($0) }
        return schedules
    }

    /// Calls a closure with each schedule by name: 100,000 of them at once would be a hundred megabytes.
    static func forEach(
        by generators: any GeneratorRegistry,
        in connection: Connection,
        broken: (UndecodableRow) -> Void,
        body: (Schedule) throws -> Void
    ) throws {
        let sql = "SELECT \(columns) FROM schedules ORDER BY hub, alias"
        try forEach(sql, by: generators, in: connection, broken: broken, body: body)
    }

    private static func forEach(
        _ sql: String,
        by generators: any GeneratorRegistry,
        in connection: Connection,
        broken: (UndecodableRow) -> Void,
        body: (Schedule) throws -> Void
    ) throws {
        try connection.forEach(sql) { row in
            let schedule: Schedule
            do {
                schedule = try Raw(row).schedule(by: generators)
            } catch let error as UndecodableRow {
                return broken(error)
            } catch let error as SQLiteError where error.code == .mismatch {
                return broken(UndecodableRow(row: row.name("schedules", columns: 0..<2)))
            }
            try body(schedule)
        }
    }

    /// - Returns: false where there is one already.
    static func insert(_ schedule: Schedule, in connection: Connection) throws -> Bool {
        // What it is to do is written right after, with all else.
        let inserted = try connection.run(
            """
            INSERT INTO schedules (hub, alias, anchor, next_step, min_interval_ms, generator)
            VALUES (?1, ?2, ?3, 'never', 0, '') ON CONFLICT DO NOTHING
            """,
            schedule.secret.hub,
            schedule.secret.alias.text,
            schedule.anchor
        )
        guard inserted == 1 else { return false }
        try updateDefinition(schedule, in: connection)
        return true
    }

    /// Writes what somebody wants of a schedule, and when it is due by that.
    static func updateDefinition(_ schedule: Schedule, in connection: Connection) throws {
        let definition = schedule.definition
        let workspaces = WorkspaceColumns(definition.access)
        let next = NextStepColumns(schedule.nextStep)
        let adoption = AdoptionColumns(schedule.adoption)
        try connection.run(
            """
            UPDATE schedules SET every_ms = ?3, timezone = ?4, min_interval_ms = ?5, generator = ?6,
                workspaces_type = ?7, workspaces = ?8, description = ?9, finish_after_ms = ?10, owner = ?11,
                policy = ?12, anchor = ?13, cron = ?14, window_ms = ?15, jitter_ms = ?16, max_age_ms = ?17,
                catch_up = ?18, group_name = ?19, group_spacing_ms = ?20, next_step = ?21, slot = ?22, next_due = ?23,
                adoption = ?24, adopted_fingerprint = ?25
            WHERE hub = ?1 AND alias = ?2
            """,
            schedule.secret.hub,
            schedule.secret.alias.text,
            definition.cadence.period?.duration.column,
            definition.timezone?.name,
            definition.minInterval.column,
            definition.generator.json,
            workspaces.type,
            workspaces.workspaces,
            definition.description,
            definition.finishAfter.column,
            definition.owner,
            definition.policy,
            schedule.anchor,
            definition.cadence.expression?.text,
            definition.window?.column,
            definition.jitter.column,
            definition.maxAge?.column,
            definition.catchUp.rawValue,
            definition.group?.name,
            definition.group?.spacing.column,
            next.step,
            next.slot,
            next.due,
            adoption.adoption,
            adoption.fingerprint
        )
    }

    /// Writes where a schedule stands; its definition stays.
    static func updateProgress(_ schedule: Schedule, in connection: Connection) throws {
        let next = NextStepColumns(schedule.nextStep)
        let adoption = AdoptionColumns(schedule.adoption)
        try connection.run(
            """
            UPDATE schedules SET anchor = ?3, last_opened = ?4, last_success = ?5, last_fingerprint = ?6, failures = ?7,
                next_step = ?8, slot = ?9, next_due = ?10, adoption = ?11, adopted_fingerprint = ?12, seen_updates = ?13
            WHERE hub = ?1 AND alias = ?2
            """,
            schedule.secret.hub,
            schedule.secret.alias.text,
            schedule.anchor,
            schedule.lastOpened,
            schedule.lastSuccess,
            schedule.lastFingerprint,
            schedule.failures,
            next.step,
            next.slot,
            next.due,
            adoption.adoption,
            adoption.fingerprint,
            EvidenceColumns.text(schedule.seenUpdates)
        )
    }

    /// When the secret was last changed by hand; nil for never.
    static func changedByHandAt(_ secret: SecretName, in connection: Connection) throws(SQLiteError) -> Instant? {
        try connection.first(
            "SELECT changed_by_hand_at FROM schedules WHERE hub = ?1 AND alias = ?2",
            secret.hub,
            secret.alias.text
        ) { row throws(SQLiteError) in try row.get(0, as: Instant?.self) } ?? nil
    }

    /// Remembers that a secret is changed by hand.
    static func setChangedByHand(_ secret: SecretName, at now: Instant, in connection: Connection) throws(SQLiteError) {
        try connection.run(
            "UPDATE schedules SET changed_by_hand_at = ?3 WHERE hub = ?1 AND alias = ?2",
            secret.hub,
            secret.alias.text,
            now
        )
    }

    /// Records whether it is unknown which value is in force.
    static func setValueUnknown(_ secret: SecretName, since: Instant?, in connection: Connection) throws(SQLiteError) {
        try connection.run(
            "UPDATE schedules SET value_unknown_since = ?3 WHERE hub = ?1 AND alias = ?2",
            secret.hub,
            secret.alias.text,
            since
        )
    }

    /// Whether it is recorded that it is unknown which value of a secret is in force.
    static func isValueUnknown(_ secret: SecretName, in connection: Connection) throws(SQLiteError) -> Bool {
        try connection.first(
            "SELECT value_unknown_since IS NOT NULL FROM schedules WHERE hub = ?1 AND alias = ?2",
            secret.hub,
            secret.alias.text
        ) { row throws(SQLiteError) in try row.get(0, as: Bool.self) } ?? false
    }

    /// The secrets of which it is unknown which value is in force, and since when.
    static func unknownValues(in connection: Connection) throws(SQLiteError) -> [(
        hub: String, alias: String, since: Instant
    )] {
        try connection.all(
            "SELECT hub, alias, value_unknown_since FROM schedules WHERE value_unknown_since IS NOT NULL ORDER BY 1, 2"
        ) { row throws(SQLiteError) in (try row.get(0), try row.get(1), try row.get(2)) }
    }

    static func updatePause(_ schedule: Schedule, in connection: Connection) throws {
        let next = NextStepColumns(schedule.nextStep)
        try connection.run(
            """
            UPDATE schedules SET paused_at = ?3, paused_until = ?4, pause_reason = ?5, next_step = ?6, slot = ?7,
                next_due = ?8
            WHERE hub = ?1 AND alias = ?2
            """,
            schedule.secret.hub,
            schedule.secret.alias.text,
            schedule.pause?.since,
            schedule.pause?.until,
            schedule.pause?.reason,
            next.step,
            next.slot,
            next.due
        )
    }

    /// How many schedules there are.
    static func count(in connection: Connection) throws(SQLiteError) -> Int {
        try connection.first("SELECT count(*) FROM schedules") { row throws(SQLiteError) in try row.get(0) } ?? 0
    }

    /// The secrets that have a schedule, in the order of their names.
    ///
    /// - Parameter last: The name before the first one; two empty texts for none.
    static func names(
        after last: (hub: String, alias: String),
        limit: Int,
        in connection: Connection
    ) throws(SQLiteError) -> [(hub: String, alias: String)] {
        try connection.all(
            "SELECT hub, alias FROM schedules WHERE (hub, alias) > (?1, ?2) ORDER BY hub, alias LIMIT ?3",
            last.hub,
            last.alias,
            limit
        ) { row throws(SQLiteError) in (hub: try row.get(0), alias: try row.get(1)) }
    }

    /// Whether there is a row, sound or not.
    static func exists(_ secret: SecretName, in connection: Connection) throws -> Bool {
        try connection.first(
            "SELECT 1 FROM schedules WHERE hub = ?1 AND alias = ?2",
            secret.hub,
            secret.alias.text
        ) { row throws(SQLiteError) in try row.get(0, as: Int.self) } != nil
    }

    static func delete(_ secret: SecretName, in connection: Connection) throws {
        try connection.run("DELETE FROM schedules WHERE hub = ?1 AND alias = ?2", secret.hub, secret.alias.text)
    }
}
