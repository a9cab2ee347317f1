import RotationCore
import RotationStore
import Scheduling
import TestSupport
import Testing

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
        try await fixture.store.put(rotation, attempt: attempt)
        return rotation
    }

    /// - Returns: Whether the rotation has ended.
    private func abandon(
        _ rotation: Rotation,
        _ decision: Decision?,
        replacing: Bool = false,
        _ fixture: StoreFixture
    ) async throws -> Bool {
        let now = fixture.clock.now
        let order = Abandonment(
            rotation.id,
            decision,
            replacesDecision: replacing,
            reason: "looked",
            actor: .user(name: "eve", uid: 7)
        )
        return try await fixture.store.withLedger { ledger in
            try ledger.abandon(
                order,
                now: now,
                plan: { _ in
                    RotationPlan(
                        retry: .standard,
                        confirm: false,
                        steps: Set(GeneratorStep.allCases),
                        lateHold: .seconds(30)
                    )
                }
            ).outcome == .ended
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

    /// When an attempt was sent can't be told by a clock that was set meanwhile: what it sent may arrive for a whole hold.
    @Test(arguments: [7200, -7200])
    func clockThatIsSetEndsNoHold(seconds: Int) async throws {
        try await StoreFixture.with { fixture async throws in
            let rotation = try await parked(fixture, outcome: .failed(HubError(.timedOut)))
            fixture.clock.advance(by: .seconds(seconds))
            let hold = Duration.seconds(30)
            try await fixture.store.adjustForClockStep(
                .seconds(seconds),
                now: fixture.clock.now,
                farthest: .seconds(86_400),
                longestHolds: ["h": hold, "other": .seconds(60)]
            )
            let until = fixture.clock.now.advanced(by: hold)
            await #expect(throws: Ledger.Refusal.held(rotation.secret, until: until)) {
                try await abandon(rotation, .withdraw, fixture)
            }
            fixture.clock.advance(by: hold)
            #expect(try await !abandon(rotation, .withdraw, fixture))
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
            let work = try fixture.store.dueWork(hub: "h", now: fixture.clock.now, limit: 9)
            #expect(work == [.resume(rotation.id, rotation.secret)])
            let decided = try fixture.details("rotation.decided")
            #expect(decided == [["decision": "withdraw", "reason": "looked"]])
            // A withdrawal that never succeeds: mended by hand, it is ended without a decision.
            #expect(try await abandon(rotation, nil, replacing: true, fixture))
            let outcome = try fixture.ledger().history.rotation(rotation.id)
            #expect(outcome?.storedOutcome == "abandoned" && outcome?.decision == nil)
        }
    }

    /// A decision that has not come true yet is replaced only on purpose, and the history names the one that it replaces.
    @Test(arguments: [Decision.keep, nil])
    func contradictoryDecisionNeedsAWordOfItsOwn(_ other: Decision?) async throws {
        try await StoreFixture.with { fixture async throws in
            let rotation = try await parked(fixture)
            fixture.clock.advance(by: .seconds(60))
            #expect(try await !abandon(rotation, .withdraw, fixture))
            let decided = try await fixture.store.rotation(rotation.id)
            await #expect(throws: Ledger.Refusal.decided(rotation.id, .withdraw)) {
                try await abandon(rotation, other, fixture)
            }
            #expect(try await fixture.store.rotation(rotation.id) == decided)
            // The same one again is none: it has the step tried again at once.
            #expect(try await !abandon(rotation, .withdraw, fixture))
            let hasEnded = try await abandon(rotation, other, replacing: true, fixture)
            #expect(hasEnded == (other == nil))
            let event = other == nil ? "rotation.abandoned" : "rotation.decided"
            let last = try #require(try fixture.details(event).last)
            #expect(last.canonicalText.contains(#""replaces":"withdraw""#))
            // The step of the first decision, which may have been under way all the while, decides nothing any more.
            let late = try #require(decided)
            await #expect(throws: StaleRotation.self) { try await fixture.advance(late, [.stepDone(.withdraw)]) }
        }
    }

    /// What is sent again and again is stopped first: a person can't look at a hub that may change at any moment.
    @Test func updateThatIsSentForEverIsStoppedBeforeItIsWithdrawn() async throws {
        try await StoreFixture.with { fixture async throws in
            var rotation = try await parked(fixture)
            rotation.state = RotationState(
                phase: .delivering(attempt: .ended),
                tally: {
                    var tally = rotation.state.tally; tally.isStuck = true; return tally
                }(),
                wakeAt: nil
            )
            try await fixture.store.put(rotation)
            #expect(try await !abandon(rotation, .withdraw, fixture))
            #expect(try await fixture.store.rotation(rotation.id)?.state.phase == .parked(.unconfirmed))
            #expect(try fixture.store.dueWork(hub: "h", now: fixture.clock.now, limit: 9).isEmpty)
            fixture.clock.advance(by: .seconds(60))
            #expect(try await !abandon(rotation, .withdraw, fixture))
            let stored = try await fixture.store.rotation(rotation.id)
            #expect(stored?.state.phase == .abandoning(.withdraw, .unconfirmed))
        }
    }

    /// Where nothing was sent, or all was refused, the hub has the old value: to keep the new one would retire what works.
    @Test func valueThatTheHubCertainlyHasNotIsNotKept() async throws {
        try await StoreFixture.with { fixture async throws in
            var rotation = try await parked(fixture)
            var tally = rotation.state.tally
            tally.isAmbiguous = false
            rotation.state = RotationState(phase: .parked(.withdrawal), tally: tally, wakeAt: nil)
            try await fixture.store.put(rotation)
            let certain = rotation
            await #expect(throws: Ledger.Refusal.hubHasOldValue(rotation.id)) {
                try await abandon(certain, .keep, fixture)
            }
        }
    }

    /// A clock that was ahead is put right: what waits for `finish` waits as long as its schedule says.
    @Test func finishComesNoSoonerForAClockThatWasAhead() async throws {
        try await StoreFixture.with { fixture async throws in
            var rotation = try await fixture.opened()
            let (now, week) = (fixture.clock.now, Duration.seconds(7 * 86_400))
            rotation.state = RotationState(
                phase: .succeeded(confirmed: true),
                tally: .init(),
                wakeAt: now.advanced(by: week + .seconds(400 * 86_400))
            )
            try await fixture.store.put(rotation, ending: .succeeded(confirmed: true))
            try fixture.execute("UPDATE rotations SET finish_after_ms = \(7 * 86_400_000)")
            try await fixture.store.adjustForClockStep(
                .seconds(-400 * 86_400),
                now: now,
                farthest: .seconds(86_400),
                longestHolds: [:]
            )
            let wakeAt = try await fixture.store.rotation(rotation.id)?.state.wakeAt
            #expect(wakeAt == now.advanced(by: week))
        }
    }

    /// Success is recorded, and its old credential is not retired: a person has that tried again, or ends it.
    @Test func finishThatFailedIsTriedAgainOrGivenUp() async throws {
        try await StoreFixture.with { fixture async throws in
            var rotation = try await fixture.opened()
            var tally = RotationState.Tally()
            (tally.attempts, tally.isInstallBegun) = (1, true)
            let now = fixture.clock.now
            let evidence = UpdateEvidence(source: .updatedAt, seen: [1])
            let phase = RotationState.Phase.delivered(confirmBy: now)
            rotation.state = RotationState(phase: phase, tally: tally, evidence: evidence, wakeAt: nil)
            try await fixture.store.put(rotation)
            let failed = RotationEvent.generatorFailed(.permanent(StepFailure(.finish, .exited(1)), explanation: nil))
            rotation = try await fixture.advance(rotation, [.listed(updatedAt: 2), failed], steps: [.finish])
            let kept = rotation
            #expect(try fixture.store.dueWork(hub: "h", now: now, limit: 9).isEmpty)
            await #expect(throws: Ledger.Refusal.hasSucceeded(rotation.secret)) {
                try await abandon(kept, .withdraw, fixture)
            }
            #expect(try await !abandon(rotation, .keep, fixture))
            let work = try fixture.store.dueWork(hub: "h", now: now, limit: 9)
            #expect(work == [.resume(rotation.id, rotation.secret)])
            #expect(try await abandon(rotation, nil, fixture))
            let stored = try fixture.ledger().history.rotation(rotation.id)
            #expect(stored?.storedOutcome == "succeeded" && stored?.closedAt == nil)
            #expect(try fixture.details("rotation.succeeded").count == 1)
            #expect(try fixture.details("rotation.abandoned").isEmpty)
            let decided = try #require(try fixture.details("rotation.decided").last)
            #expect(decided == ["finish": "given_up", "reason": "looked"])
        }
    }

    /// The value that is kept is the one in force: it is as old as the decision, and made no second time.
    @Test func valueThatIsKeptIsTheOneInForce() async throws {
        try await StoreFixture.with { fixture async throws in
            var rotation = try await parked(fixture)
            #expect(try await !abandon(rotation, .keep, fixture))
            rotation = try #require(try await fixture.store.rotation(rotation.id))
            let now = fixture.clock.now
            try await fixture.advance(rotation, [.stepDone(.finish)], steps: [.finish])
            let name = try fixture.name()
            let schedule = try await fixture.store.withLedger { try $0.history.schedule(of: name) }
            #expect(schedule?.lastSuccess == now)
            #expect(schedule?.lastFingerprint == [7])
            let ended = try #require(try fixture.details("rotation.abandoned").first)
            #expect(ended.canonicalText.contains("\"decision\":\"keep\""))
        }
    }
}
