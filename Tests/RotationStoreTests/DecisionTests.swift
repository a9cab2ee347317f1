import AIHubClient
import AuditLog
import RotationEngine
import RotationStore
import Scheduling
import TestSupport
import Testing
import ValueGenerators

/// What the store makes of a person's decision about a parked rotation.
struct DecisionTests {
    /// Parks a rotation whose generator has installed its candidate, after an attempt of unknown effect.
    private func parked(_ fixture: StoreFixture, outcome: Attempt.Outcome = .failed(HubError(.timedOut))) async throws
        -> Rotation
    {
        var rotation = try await fixture.opened()
        var tally = RotationState.Tally()
        (tally.attempts, tally.isAmbiguous, tally.isInstallBegun) = (1, true, true)
        rotation.state = RotationState(phase: .parked(Failure(kind: "rejected")), tally: tally, wakeAt: nil)
        rotation.fingerprint = [7]
        let now = fixture.clock.now
        let endedAt = outcome == .unknown ? nil : now.advanced(by: .seconds(10))
        let attempt = Attempt(number: 1, startedAt: now, endedAt: endedAt, outcome: outcome)
        try await fixture.store.save(RotationChange(rotation: rotation, attempt: attempt))
        return rotation
    }

    private func abandon(_ rotation: Rotation, _ decision: Decision?, _ fixture: StoreFixture) async throws -> Bool {
        let now = fixture.clock.now
        return try await fixture.store.withLedger { ledger in
            try ledger.abandon(
                rotation.id,
                decision,
                reason: "looked",
                actor: .user(name: "eve", uid: 7),
                now: now,
                timeout: { _ in .seconds(30) },
                steps: { _ in Set(GeneratorStep.allCases) }
            ).hasEnded
        }
    }

    @Test func installedCredentialNeedsADecision() async throws {
        try await StoreFixture.with { fixture async throws in
            let rotation = try await parked(fixture)
            await #expect(throws: Ledger.Refusal.decisionNeeded(rotation.id)) {
                try await abandon(rotation, nil, fixture)
            }
            #expect(try await fixture.store.rotation(rotation.id) == rotation)
        }
    }

    /// Half a minute after the end of the attempt, or twice that after its beginning where nobody saw the end.
    @Test(arguments: [(Attempt.Outcome.failed(HubError(.timedOut)), 40), (.unknown, 60)])
    func nothingIsPutBackWhileARequestMayArrive(outcome: Attempt.Outcome, seconds: Int) async throws {
        try await StoreFixture.with { fixture async throws in
            let rotation = try await parked(fixture, outcome: outcome)
            let settled = fixture.clock.now.advanced(by: .seconds(seconds))
            fixture.clock.advance(by: .seconds(11))
            await #expect(throws: Ledger.Refusal.held(rotation.secret, until: settled)) {
                try await abandon(rotation, .withdraw, fixture)
            }
            fixture.clock.advance(by: .seconds(seconds - 11) - .milliseconds(1))
            await #expect(throws: Ledger.Refusal.held(rotation.secret, until: settled)) {
                try await abandon(rotation, .withdraw, fixture)
            }
            fixture.clock.advance(by: .milliseconds(1))
            #expect(try await !abandon(rotation, .withdraw, fixture))
            let stored = try await fixture.store.rotation(rotation.id)
            #expect(stored?.state.phase == .abandoning(.withdraw, Failure(kind: "rejected")))
            // It is work for the engine now.
            let work = try await fixture.store.dueWork(hub: "h", now: fixture.clock.now, limit: 9)
            #expect(work == [.resume(rotation.id, rotation.secret)])
            let decided = try fixture.details("rotation.decided")
            #expect(decided == [["decision": "withdraw", "reason": "looked"]])
            // A withdrawal that never succeeds: mended by hand, it is ended without a decision.
            #expect(try await abandon(rotation, nil, fixture))
            let outcome = try fixture.ledger().history.rotation(rotation.id)
            #expect(outcome?.storedOutcome == "abandoned" && outcome?.decision == nil)
        }
    }

    /// The value that is kept is the one in force: it is as old as the decision, and made no second time.
    @Test func valueThatIsKeptIsTheOneInForce() async throws {
        try await StoreFixture.with { fixture async throws in
            var rotation = try await parked(fixture)
            #expect(try await !abandon(rotation, .keep, fixture))
            let previous = try #require(try await fixture.store.rotation(rotation.id)).state
            rotation.state = RotationState(phase: .abandoned(.keep), tally: previous.tally, wakeAt: nil)
            let now = fixture.clock.now
            let end = RotationChange.End(ending: .abandoned(.keep), now: now, retry: .standard, trigger: .rotateNow)
            try await fixture.store.save(RotationChange(rotation: rotation, previous: previous, end: end))
            let name = try fixture.name()
            let schedule = try await fixture.store.withLedger { try $0.history.schedule(of: name) }
            #expect(schedule?.lastSuccess == now)
            #expect(schedule?.lastFingerprint == [7])
            let ended = try #require(try fixture.details("rotation.abandoned").first)
            #expect(ended.canonicalText.contains("\"decision\":\"keep\""))
        }
    }
}
