import RotationCore
import SQLite
import Scheduling

/// Reads and writes the table `rotations`.
enum RotationTable {
    private static let columns = """
        id, hub, alias, "trigger", slot, opened_at, generator, workspaces_type, workspaces, description,
        finish_after_ms, fingerprint, phase, is_attempt_under_way, confirm_by, unconfirmed, attempts, failures, cycles,
        confirmations, repetitions, is_ambiguous, is_install_begun, retry_floor, next_step_at, error, error_status,
        is_confirmed, ended_at, closed_at, outcome, must_confirm, decision, failed_step, failed_cause, failed_number,
        failed_reason, deferred_step, deferred_cause, deferred_number, deferred_reason, evidence_source, seen_updates,
        is_stuck, changed_at, is_hurried, hurry_floor, must_recheck
        """

    /// One row, before it is known to be sound.
    private struct Raw {
        var id: String
        var hub: String
        var alias: String
        var trigger: String
        var slot: Instant?
        var openedAt: Instant
        var generator: String
        var workspaces: WorkspaceColumns
        var description: String?
        var finishAfter: Int64
        var fingerprint: [UInt8]?
        var state: PhaseColumns
        var evidence: EvidenceColumns
        var changedAt: Instant?
        var tally = RotationState.Tally()
        var deferred: StepColumns
        var wakeAt: Instant?
        var endedAt: Instant?
        var closedAt: Instant?
        var outcome: String?
        var mustConfirm = false

        init(_ row: borrowing Row) throws(SQLiteError) {
            id = try row.get(0)
            hub = try row.get(1)
            alias = try row.get(2)
            trigger = try row.get(3)
            slot = try row.get(4)
            openedAt = try row.get(5)
            generator = try row.get(6)
            workspaces = WorkspaceColumns(type: try row.get(7), workspaces: try row.get(8))
            description = try row.get(9)
            finishAfter = try row.get(10)
            fingerprint = try row.get(11)
            state = PhaseColumns(
                phase: try row.get(12),
                isAttemptUnderWay: try row.get(13),
                confirmBy: try row.get(14),
                error: try row.get(25),
                errorStatus: try row.get(26),
                isConfirmed: try row.get(27),
                decision: try row.get(32),
                step: StepColumns(
                    step: try row.get(33),
                    cause: try row.get(34),
                    number: try row.get(35),
                    reason: try row.get(36)
                )
            )
            deferred = StepColumns(
                step: try row.get(37),
                cause: try row.get(38),
                number: try row.get(39),
                reason: try row.get(40)
            )
            evidence = EvidenceColumns(source: try row.get(41), seen: try row.get(42), mustRecheck: try row.get(47))
            tally.unconfirmed = try row.get(15)
            tally.isStuck = try row.get(43)
            changedAt = try row.get(44)
            tally.isHurried = try row.get(45)
            tally.hurryFloor = try row.get(46)
            tally.attempts = try row.get(16)
            tally.failures = try row.get(17)
            tally.cycles = try row.get(18)
            tally.confirmations = try row.get(19)
            tally.repetitions = try row.get(20)
            tally.isAmbiguous = try row.get(21)
            tally.isInstallBegun = try row.get(22)
            tally.floor = try row.get(23)
            wakeAt = try row.get(24)
            endedAt = try row.get(28)
            closedAt = try row.get(29)
            outcome = try row.get(30)
            mustConfirm = try row.get(31)
        }

        /// The row's name in errors.
        private var row: String { "rotations \(id)" }

        func stored(by generators: any GeneratorRegistry) throws(UndecodableRow) -> StoredRotation {
            let secret = try SecretName(hub: hub, alias: alias, row: row)
            let counts = [
                tally.attempts, tally.failures, tally.cycles, tally.confirmations, tally.repetitions, tally.unconfirmed,
            ]
            guard counts.allSatisfy(plausibleCounts.contains),
                let id = RotationID(rawValue: id), let trigger = Trigger(rawValue: trigger),
                let generator = generators.specification(json: generator), let phase = state.decoded,
                let evidence = evidence.decoded,
                deferred.isSound
            else { throw UndecodableRow(row: row) }
            var tally = tally
            tally.deferred = deferred.failure
            let rotation = Rotation(
                id: id,
                secret: secret,
                trigger: trigger,
                slot: slot,
                openedAt: openedAt,
                generator: generator,
                description: description,
                access: try workspaces.access(row: row),
                finishAfter: .milliseconds(finishAfter),
                mustConfirm: mustConfirm,
                fingerprint: fingerprint,
                state: RotationState(phase: phase, tally: tally, evidence: evidence, wakeAt: wakeAt)
            )
            return StoredRotation(
                rotation: rotation,
                changedAt: changedAt,
                endedAt: endedAt,
                closedAt: closedAt,
                storedOutcome: outcome,
                isConfirmed: state.isConfirmed,
                failure: state.failure,
                decision: state.decision
            )
        }
    }

    /// Made once, as each transition of a rotation runs it.
    private static let findQuery = "SELECT \(columns) FROM rotations WHERE id = ?1"

    static func find(
        _ id: RotationID,
        by generators: any GeneratorRegistry,
        in connection: Connection
    ) throws -> StoredRotation? {
        let raw = try decoding("rotations \(id)") {
            try connection.first(findQuery, id) {
                row throws(SQLiteError) in try Raw(row)
            }
        }
        return try raw?.stored(by: generators)
    }

    /// Rotations from the newest on; rows that can't be decoded are passed to `broken`.
    static func list(
        openOnly: Bool,
        secret: SecretName?,
        limit: Int,
        by generators: any GeneratorRegistry,
        in connection: Connection,
        broken: (UndecodableRow) -> Void
    ) throws -> [StoredRotation] {
        let rows = try connection.all(
            """
            SELECT \(columns) FROM rotations
            WHERE (?1 = 0 OR closed_at IS NULL) AND (?2 IS NULL OR (hub = ?2 AND alias = ?3))
            ORDER BY opened_at DESC, id DESC LIMIT ?4
            """,
            openOnly,
            secret?.hub,
            secret?.alias.text,
            limit
        ) { row throws(SQLiteError) in
            do throws(SQLiteError) { return Result<Raw, UndecodableRow>.success(try Raw(row)) } catch {
                guard error.code == .mismatch else { throw error }
                return .failure(UndecodableRow(row: row.name("rotations", columns: 0..<1)))
            }
        }
        return rows.compactMap { raw in
            do throws(UndecodableRow) { return try raw.get().stored(by: generators) } catch {
                broken(error)
                return nil
            }
        }
    }

    /// The secret's open rotation.
    ///
    /// - Parameter withoutOutcome: Whether one that has ended, and is only not closed yet, does not count.
    static func openRotation(
        of secret: SecretName,
        withoutOutcome: Bool = false,
        in connection: Connection
    ) throws -> RotationID? {
        try connection.first(
            """
            SELECT id FROM rotations
            WHERE hub = ?1 AND alias = ?2 AND closed_at IS NULL AND (?3 = 0 OR outcome IS NULL)
            """,
            secret.hub,
            secret.alias.text,
            withoutOutcome
        ) { row throws(SQLiteError) in try row.get(0) }
    }

    static func insert(_ rotation: Rotation, in connection: Connection) throws {
        let workspaces = WorkspaceColumns(rotation.access)
        try connection.run(
            """
            INSERT INTO rotations (id, hub, alias, "trigger", slot, opened_at, generator, policy_hash, workspaces_type,
                workspaces, description, finish_after_ms, phase, must_confirm, seen_updates, changed_at)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?6)
            """,
            rotation.id,
            rotation.secret.hub,
            rotation.secret.alias.text,
            rotation.trigger,
            rotation.slot,
            rotation.openedAt,
            rotation.generator.json,
            rotation.generator.policyHash,
            workspaces.type,
            workspaces.workspaces,
            rotation.description,
            rotation.finishAfter.column,
            rotation.state.phaseName,
            rotation.mustConfirm,
            EvidenceColumns(rotation.state.evidence).seen
        )
    }

    /// Whether the secret's last rotation ended, other than by success, after an attempt of unknown effect.
    static func endedAmbiguously(_ secret: SecretName, in connection: Connection) throws(SQLiteError) -> Bool {
        try connection.first(
            """
            SELECT is_ambiguous = 1 AND outcome <> 'succeeded' FROM rotations
            WHERE hub = ?1 AND alias = ?2 AND outcome IS NOT NULL ORDER BY opened_at DESC, id DESC LIMIT 1
            """,
            secret.hub,
            secret.alias.text
        ) { row throws(SQLiteError) in try row.get(0, as: Bool.self) } ?? false
    }

    /// The rotation of a secret that ended last; nil for none.
    static func newestEnded(of secret: SecretName, in connection: Connection) throws(SQLiteError) -> EndedRotation? {
        let row = try connection.first(
            """
            SELECT id, coalesce(is_confirmed, 0) = 1 AND outcome = 'succeeded', ended_at FROM rotations
            WHERE hub = ?1 AND alias = ?2 AND outcome IS NOT NULL ORDER BY opened_at DESC, id DESC LIMIT 1
            """,
            secret.hub,
            secret.alias.text
        ) { row throws(SQLiteError) in
            (
                id: try row.get(0, as: String.self), isConfirmed: try row.get(1, as: Bool.self),
                endedAt: try row.get(2, as: Instant.self)
            )
        }
        return row.flatMap { row in
            RotationID(rawValue: row.id).map { .init(id: $0, isConfirmed: row.isConfirmed, endedAt: row.endedAt) }
        }
    }

    /// Writes a rotation's progress, which was decided on its row in the same transaction.
    ///
    /// An ended rotation's outcome is never written over.
    ///
    /// - Parameters:
    ///   - at: When.
    ///   - ending: How it ended, where that becomes known with it.
    /// - Throws: ``RotationCore/StaleRotation`` where it is closed.
    static func update(_ rotation: Rotation, at now: Instant, ending: Ending?, in connection: Connection) throws {
        let phase = PhaseColumns(rotation.state.phase)
        let tally = rotation.state.tally
        let evidence = EvidenceColumns(rotation.state.evidence)
        let deferred = StepColumns(tally.deferred)
        let changed = try connection.run(
            """
            UPDATE rotations SET fingerprint = ?2, phase = ?3, evidence_source = ?4, seen_updates = ?5,
                is_attempt_under_way = ?6, attempts = ?7, failures = ?8, cycles = ?9, confirmations = ?10,
                repetitions = ?11, is_ambiguous = ?12, is_install_begun = ?13, retry_floor = ?14, next_step_at = ?15,
                error = CASE WHEN ?22 THEN NULL ELSE coalesce(?16, error) END,
                error_status = CASE WHEN ?22 THEN NULL WHEN ?16 IS NULL THEN error_status ELSE ?17 END,
                is_confirmed = coalesce(?18, is_confirmed),
                outcome = coalesce(outcome, ?19), ended_at = coalesce(ended_at, ?20), closed_at = ?21,
                decision = CASE WHEN ?3 IN ('parked', 'abandoning', 'abandoned') THEN ?23 ELSE decision END,
                confirm_by = ?24, unconfirmed = ?25, is_stuck = ?26, changed_at = ?27,
                failed_step = CASE WHEN ?22 THEN NULL WHEN ?16 IS NULL THEN failed_step ELSE ?28 END,
                failed_cause = CASE WHEN ?22 THEN NULL WHEN ?16 IS NULL THEN failed_cause ELSE ?29 END,
                failed_number = CASE WHEN ?22 THEN NULL WHEN ?16 IS NULL THEN failed_number ELSE ?30 END,
                failed_reason = CASE WHEN ?22 THEN NULL WHEN ?16 IS NULL THEN failed_reason ELSE ?31 END,
                deferred_step = ?32, deferred_cause = ?33, deferred_number = ?34, deferred_reason = ?35,
                is_hurried = ?36, hurry_floor = ?37, must_recheck = ?38
            WHERE id = ?1 AND closed_at IS NULL
            """,
            rotation.id,
            rotation.fingerprint,
            phase.phase,
            evidence.source,
            evidence.seen,
            phase.isAttemptUnderWay,
            tally.attempts,
            tally.failures,
            tally.cycles,
            tally.confirmations,
            tally.repetitions,
            tally.isAmbiguous,
            tally.isInstallBegun,
            tally.floor,
            rotation.state.wakeAt,
            phase.error,
            phase.errorStatus,
            phase.isConfirmed,
            ending?.name,
            ending == nil ? nil : now,
            rotation.state.phase == .closed ? now : nil,
            rotation.state.isFailureMended,
            phase.decision,
            phase.confirmBy,
            tally.unconfirmed,
            tally.isStuck,
            now,
            phase.step.step,
            phase.step.cause,
            phase.step.number,
            phase.step.reason,
            deferred.step,
            deferred.cause,
            deferred.number,
            deferred.reason,
            tally.isHurried,
            tally.hurryFloor,
            evidence.mustRecheck
        )
        guard changed == 1 else { throw StaleRotation(rotation: rotation.id) }
    }

    /// How a rotation ended, and what it failed for, as it is stored.
    static func result(
        of id: RotationID,
        in connection: Connection
    ) throws(SQLiteError) -> (outcome: RotationProgress.Outcome?, failure: Failure?) {
        try connection.first(
            """
            SELECT outcome, error, error_status, failed_step, failed_cause, failed_number, failed_reason
            FROM rotations WHERE id = ?1
            """,
            id
        ) { row throws(SQLiteError) in
            let step = StepColumns(
                step: try row.get(3),
                cause: try row.get(4),
                number: try row.get(5),
                reason: try row.get(6)
            )
            let status = try row.get(2, as: Int?.self)
            let failure = try row.get(1, as: String?.self).map { Failure(kind: $0, status: status, step: step.failure) }
            return (try row.get(0, as: String?.self).flatMap { .init(rawValue: $0) }, failure)
        } ?? (nil, nil)
    }

    /// Has each rotation without an outcome ask its hub before it does anything else: the history may be an older copy.
    static func setMustRecheck(in connection: Connection) throws(SQLiteError) {
        try connection.run("UPDATE rotations SET must_recheck = 1 WHERE outcome IS NULL AND must_recheck = 0")
    }

    /// Whether ``setMustRecheck(in:)`` would change a row.
    static func hasOpen(in connection: Connection) throws(SQLiteError) -> Bool {
        try connection.first("SELECT 1 FROM rotations WHERE outcome IS NULL AND must_recheck = 0 LIMIT 1") {
            row throws(SQLiteError) in try row.get(0, as: Bool.self)
        } ?? false
    }

    /// The open rotations of a hub whose next try waits for what the hub asked for.
    static func waiting(
        at hub: String,
        forFloorAfter now: Instant,
        in connection: Connection
    ) throws -> [RotationID] {
        try connection.all(
            "SELECT id FROM rotations WHERE hub = ?1 AND closed_at IS NULL AND retry_floor > ?2",
            hub,
            now
        ) { row throws(SQLiteError) in try row.get(0) }
    }
}

extension RotationState {
    /// Whether a failure of before does not count any more: `finish` was done after all, or a parked rotation goes on.
    fileprivate var isFailureMended: Bool {
        switch phase {
        case .finished, .staged, .delivering: true
        default: false
        }
    }
}
