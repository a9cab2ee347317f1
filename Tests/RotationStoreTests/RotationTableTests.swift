import RotationCore
import RotationStore
import SQLite
import Scheduling
import TestSupport
import Testing

struct RotationTableTests {
    private static let failure = Failure(kind: "rejected", status: 400)

    private static let causes: [StepFailure.Cause] = [
        .exited(3), .timedOut(after: .milliseconds(1500)), .signaled(11), .notStarted, .disconnected, .tooMuchOutput,
        .invalidAnswer,
        .unable,
    ]

    static let phases: [RotationState.Phase] =
        [
            .claimed, .staged, .installed, .tested, .delivering(attempt: .underWay), .delivering(attempt: .ended),
            .delivered(confirmBy: Instant(milliseconds: 5)), .succeeded(confirmed: true), .finishHeld,
            .finishFailed(confirmed: true, failure), .finished(confirmed: false), .withdrawing(failure),
            .failed(failure),
            .abandoned(nil),
            .abandoned(.keep), .abandoning(.withdraw, failure), .abandoning(.keep, failure),
            .parked(Failure(kind: "candidate_lost")),
        ] + causes.map { .failed(.generator.during(StepFailure(.install, $0, reason: "no_such_role"))) }

    @Test(arguments: phases)
    func eachPhaseIsReadBackAsItWasWritten(_ phase: RotationState.Phase) async throws {
        try await StoreFixture.with { fixture async throws in
            var rotation = try await fixture.opened()
            var tally = RotationState.Tally()
            (tally.attempts, tally.failures, tally.cycles, tally.confirmations, tally.repetitions) = (7, 6, 5, 4, 3)
            (tally.isAmbiguous, tally.isInstallBegun, tally.floor) = (true, true, fixture.clock.now)
            (tally.unconfirmed, tally.isStuck) = (2, true)
            tally.deferred = StepFailure(.test, .timedOut(after: .seconds(60)))
            let wakeAt = fixture.clock.now.advanced(by: .seconds(9))
            let evidence = UpdateEvidence(source: .updatedAt, seen: [7, -1, 9_000_000_000_000])
            rotation.state = RotationState(phase: phase, tally: tally, evidence: evidence, wakeAt: wakeAt)
            rotation.fingerprint = [1, 2, 3]
            try await fixture.store.put(rotation)
            #expect(try await fixture.store.rotation(rotation.id) == rotation)
        }
    }

    /// A later failure without a status does not take over an earlier one's.
    @Test func failureIsReadBackWithoutTheStatusOfTheOneBefore() async throws {
        try await StoreFixture.with { fixture async throws in
            var rotation = try await fixture.opened()
            for failure in [Self.failure, .candidateLost, .withdrawal] {
                rotation.state = RotationState(phase: .parked(failure), tally: .init(), wakeAt: nil)
                try await fixture.store.put(rotation)
                #expect(try await fixture.store.rotation(rotation.id)?.state.phase == .parked(failure))
            }
        }
    }

    /// A later failure takes over nothing of an earlier one's step, and columns that do not fit together are no row.
    @Test func stepOfAFailureIsReadBackStrictly() async throws {
        try await StoreFixture.with { fixture async throws in
            var rotation = try await fixture.opened()
            let withdrawal = Failure.withdrawal.during(StepFailure(.withdraw, .exited(1)))
            for failure in [.generator.during(StepFailure(.install, .exited(3), reason: "a")), withdrawal] {
                rotation.state = RotationState(phase: .parked(failure), tally: .init(), wakeAt: nil)
                try await fixture.store.put(rotation)
                #expect(try await fixture.store.rotation(rotation.id)?.state.phase == .parked(failure))
            }
            let connection = try Connection(path: fixture.folder.file("rotator.db"), mode: .readWrite)
            defer { connection.close() }
            for change in [
                "failed_number = NULL", "failed_step = NULL", "failed_step = 'x'", "failed_cause = 'not_started'",
                "failed_reason = 'Not a word'", "deferred_cause = 'exited'",
            ] {
                try connection.execute("SAVEPOINT s; UPDATE rotations SET \(change); RELEASE s")
                await #expect(throws: UndecodableRow.self, "\(change)") {
                    try await fixture.store.rotation(rotation.id)
                }
                try await fixture.store.put(rotation)
                #expect(try await fixture.store.rotation(rotation.id) == rotation)
            }
        }
    }

    @Test func outcomeIsRecordedOnceAndNeverWrittenOver() async throws {
        try await StoreFixture.with { fixture async throws in
            let rotation = try await fixture.opened()
            try await fixture.end(rotation)
            await #expect(throws: StaleRotation.self) { try await fixture.advance(rotation, [.policyChanged]) }
            let stored = try #require(try fixture.ledger().history.rotations().first)
            #expect(stored.storedOutcome == "succeeded")
            #expect(stored.closedAt != nil)
        }
    }

    @Test func changeThatStartsFromAnotherStateIsRefused() async throws {
        try await StoreFixture.with { fixture in
            let rotation = try await fixture.opened()
            try await fixture.advance(rotation, [.generated, .staged])
            await #expect(throws: StaleRotation.self) { try await fixture.advance(rotation, [.generated, .staged]) }
            await #expect(throws: StaleRotation.self) {
                try await fixture.store.stage(StoreFixture.value("another"), for: rotation)
            }
        }
    }

    @Test func attemptsAreRecordedAtTheirStartAndAtTheirEnd() async throws {
        try await StoreFixture.with { fixture async throws in
            let rotation = try await fixture.opened()
            let start = Attempt(number: 1, startedAt: fixture.clock.now)
            try await fixture.store.put(rotation, attempt: start)
            #expect(try fixture.attempts() == ["1|open|"])
            var end = start
            end.endedAt = fixture.clock.now
            end.outcome = .failed(HubError(.unavailable, status: 503, requestID: "r-1"))
            try await fixture.store.put(rotation, attempt: end)
            #expect(try fixture.attempts() == ["1|ambiguous|503"])
        }
    }

    @Test(arguments: ["phase = 'delivered', confirm_by = NULL", "seen_updates = '1,x'", "phase = 'finish_failed'"])
    func rotationThatCannotBeReadIsNamed(_ damage: String) async throws {
        try await StoreFixture.with { fixture async throws in
            let rotation = try await fixture.opened()
            try fixture.execute("UPDATE rotations SET \(damage)")
            await #expect(throws: UndecodableRow.self) { try await fixture.store.rotation(rotation.id) }
        }
    }
}

extension StoreFixture {
    fileprivate func attempts() throws -> [String] {
        let connection = try Connection(path: folder.file("rotator.db"), mode: .readOnly)
        defer { connection.close() }
        return try connection.all(
            "SELECT number || '|' || coalesce(outcome, 'open') || '|' || coalesce(status, '') FROM attempts"
        ) { row throws(SQLiteError) in try row.get(0) }
    }
}
