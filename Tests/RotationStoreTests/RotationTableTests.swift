import AIHubClient
import RotationEngine
import RotationStore
import SQLite
import Scheduling
import TestSupport
import Testing

struct RotationTableTests {
    private static let failure = Failure(kind: "rejected", status: 400)

    static let phases: [RotationState.Phase] = [
        .claimed, .staged, .installed, .tested, .delivering(attempt: .underWay), .delivering(attempt: .ended),
        .delivered(confirmBy: Instant(milliseconds: 5)), .succeeded(confirmed: true), .finishHeld,
        .finishFailed(confirmed: true, failure), .finished(confirmed: false), .withdrawing(failure), .failed(failure),
        .abandoned(nil),
        .abandoned(.keep), .abandoning(.withdraw, failure), .abandoning(.keep, failure),
        .parked(Failure(kind: "candidate_lost")),
    ]

    @Test(arguments: phases)
    func eachPhaseIsReadBackAsItWasWritten(_ phase: RotationState.Phase) async throws {
        try await StoreFixture.with { fixture async throws in
            var rotation = try await fixture.opened()
            var tally = RotationState.Tally()
            (tally.attempts, tally.failures, tally.cycles, tally.confirmations, tally.repetitions) = (7, 6, 5, 4, 3)
            (tally.isAmbiguous, tally.isInstallBegun, tally.floor) = (true, true, fixture.clock.now)
            (tally.unconfirmed, tally.isStuck) = (2, true)
            let wakeAt = fixture.clock.now.advanced(by: .seconds(9))
            let evidence = UpdateEvidence(source: .updatedAt, seen: [7, -1, 9_000_000_000_000])
            rotation.state = RotationState(phase: phase, tally: tally, evidence: evidence, wakeAt: wakeAt)
            rotation.fingerprint = [1, 2, 3]
            try await fixture.store.save(RotationChange(rotation: rotation))
            #expect(try await fixture.store.rotation(rotation.id) == rotation)
        }
    }

    /// A later failure without a status does not take over an earlier one's.
    @Test func failureIsReadBackWithoutTheStatusOfTheOneBefore() async throws {
        try await StoreFixture.with { fixture async throws in
            var rotation = try await fixture.opened()
            for failure in [Self.failure, .candidateLost, .withdrawal] {
                rotation.state = RotationState(phase: .parked(failure), tally: .init(), wakeAt: nil)
                try await fixture.store.save(RotationChange(rotation: rotation))
                #expect(try await fixture.store.rotation(rotation.id)?.state.phase == .parked(failure))
            }
        }
    }

    @Test func outcomeIsRecordedOnceAndNeverWrittenOver() async throws {
        try await StoreFixture.with { fixture async throws in
            let rotation = try await fixture.opened()
            try await fixture.end(rotation)
            var zombie = rotation
            zombie.state = RotationState(phase: .failed(Self.failure), tally: .init(), wakeAt: nil)
            try await fixture.store.save(RotationChange(rotation: zombie))
            let stored = try #require(try fixture.ledger().history.rotations().first)
            #expect(stored.storedOutcome == "succeeded")
            #expect(stored.closedAt != nil)
        }
    }

    @Test func changeThatStartsFromAnotherStateIsRefused() async throws {
        try await StoreFixture.with { fixture in
            let rotation = try await fixture.opened()
            var staged = rotation
            staged.state = RotationState(phase: .staged, tally: .init(), wakeAt: nil)
            try await fixture.store.save(RotationChange(rotation: staged, previous: rotation.state))
            await #expect(throws: StaleRotation.self) {
                try await fixture.store.save(RotationChange(rotation: staged, previous: rotation.state))
            }
            await #expect(throws: StaleRotation.self) {
                try await fixture.store.stage(StoreFixture.value("another"), for: rotation)
            }
        }
    }

    @Test func attemptsAreRecordedAtTheirStartAndAtTheirEnd() async throws {
        try await StoreFixture.with { fixture async throws in
            let rotation = try await fixture.opened()
            let start = Attempt(number: 1, startedAt: fixture.clock.now)
            try await fixture.store.save(RotationChange(rotation: rotation, attempt: start))
            #expect(try fixture.attempts() == ["1|open|"])
            var end = start
            end.endedAt = fixture.clock.now
            end.outcome = .failed(HubError(.unavailable, status: 503, requestID: "r-1"))
            try await fixture.store.save(RotationChange(rotation: rotation, attempt: end))
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
