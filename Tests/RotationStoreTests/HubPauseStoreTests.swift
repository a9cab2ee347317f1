import RotationCore
import SQLite
import Scheduling
import TestSupport
import Testing
import ValueGenerators

@testable import RotationStore

/// Pauses and suspensions as the database keeps them, and their end by a person.
struct HubPauseStoreTests {
    private static let operatorActor = Actor.user(name: "ops", uid: 1000)

    private func pause(_ fixture: StoreFixture, seconds: Int = 3600) -> HubStatus {
        let now = fixture.clock.now
        let length = Duration.seconds(seconds)
        return .paused(.init(since: now, until: now.advanced(by: length), length: length))
    }

    private func set(_ status: HubStatus, _ fixture: StoreFixture) async throws {
        _ = try await fixture.store.updateHub("h", now: fixture.clock.now) { _, _ in status }
    }

    @Test func statusComesBackAsItWasStored() async throws {
        try await StoreFixture.with { fixture async throws in
            let now = fixture.clock.now
            let statuses: [HubStatus] = [
                pause(fixture), .halfOpen(.init(probes: 0, pause: .seconds(90))), .halfOpen(.init(probes: 3)),
                .suspended(.init(reason: .tls, since: now, probeAt: now, probes: 2)),
                .paused(.init(since: now, until: now.advanced(by: .seconds(9)), length: .seconds(4))),
                .failing(.init(reason: .forbidden, alias: "a", count: 1)), .available,
            ]
            for status in statuses {
                try await set(status, fixture)
                #expect(try await fixture.store.hubStatus("h") == status)
            }
        }
    }

    /// The wait that the hub had asked the rotation for ends with the pause.
    @Test func resumingLiftsThePauseAndTheWaitsThatBelongToIt() async throws {
        try await StoreFixture.with { fixture async throws in
            var rotation = try await fixture.opened()
            var tally = RotationState.Tally()
            tally.floor = fixture.clock.now.advanced(by: .seconds(3600))
            rotation.state = RotationState(phase: .delivering(attempt: .ended), tally: tally, wakeAt: tally.floor)
            try await fixture.store.put(rotation)
            let paused = pause(fixture)
            try await set(paused, fixture)
            let ledger = try fixture.ledger()
            defer { ledger.close() }
            let now = fixture.clock.now
            #expect(try ledger.resumeHub("h", reason: "raised", actor: Self.operatorActor, now: now) == paused)
            #expect(try ledger.history.hubStatus("h") == .halfOpen(.init(probes: 0, pause: .seconds(3600))))
            let state = try await fixture.store.rotation(rotation.id)?.state
            #expect(state?.wakeAt == now && state?.tally.floor == nil)
            let details = try fixture.details("hub.resumed")
            let expected = JSONValue.object([
                "reason": "raised", "state": "paused", "since": .string(now.rfc3339),
                "until": .string(now.advanced(by: .seconds(3600)).rfc3339),
            ])
            #expect(details == [expected])
            // There is nothing left to lift, and nothing is told of it.
            #expect(try ledger.resumeHub("h", reason: "again", actor: Self.operatorActor, now: now) == nil)
            #expect(try fixture.details("hub.resumed").count == 1)
        }
    }

    /// What other rotations wait for is their own.
    @Test func resumingLeavesABackOffAlone() async throws {
        try await StoreFixture.with { fixture async throws in
            var rotation = try await fixture.opened()
            let wakeAt = fixture.clock.now.advanced(by: .seconds(600))
            rotation.state = RotationState(phase: .delivering(attempt: .ended), tally: .init(), wakeAt: wakeAt)
            try await fixture.store.put(rotation)
            try await set(pause(fixture), fixture)
            let ledger = try fixture.ledger()
            defer { ledger.close() }
            _ = try ledger.resumeHub("h", reason: "r", actor: Self.operatorActor, now: fixture.clock.now)
            #expect(try await fixture.store.rotation(rotation.id)?.state.wakeAt == wakeAt)
        }
    }

    @Test func pauseThatIsOverStillKeepsRotationsFromBeginning() async throws {
        try await StoreFixture.with { fixture async throws in
            try await set(pause(fixture, seconds: 5), fixture)
            fixture.clock.advance(by: .seconds(60))
            #expect(try await fixture.claim() == nil)
            try await set(.halfOpen(.init(probes: 0, pause: .seconds(5))), fixture)
            #expect(try await fixture.claim() != nil)
        }
    }

    /// A person's own request is let through once the pause is over: without a daemon nobody probes.
    @Test func requestByHandNeedNotWaitForTheProbe() async throws {
        try await StoreFixture.with { fixture async throws in
            let ledger = try fixture.ledger()
            defer { ledger.close() }
            try await set(pause(fixture, seconds: 5), fixture)
            let until = fixture.clock.now.advanced(by: .seconds(5))
            #expect(throws: Ledger.Refusal.hubPaused("h", until: until)) {
                try ledger.checkHubIsOpen("h", now: fixture.clock.now)
            }
            try ledger.checkHubIsOpen("h", now: until)
        }
    }

    /// A clock that was ahead has left a pause that would last for as long as it was.
    @Test func pauseOfAClockThatWasAheadEndsNow() async throws {
        try await StoreFixture.with { fixture async throws in
            let now = fixture.clock.now
            let ahead = now.advanced(by: .seconds(1_000_000))
            let pause = HubStatus.Pause(since: ahead, until: ahead.advanced(by: .seconds(60)), length: .seconds(60))
            try await set(.paused(pause), fixture)
            try await fixture.store.adjustForClockStep(
                .seconds(-1_000_000),
                now: now,
                farthest: .seconds(86_400),
                longestHolds: [:]
            )
            let expected = HubStatus.Pause(since: now, until: now, length: .seconds(60))
            #expect(try await fixture.store.hubStatus("h") == .paused(expected))
        }
    }

    /// While a hub is closed its work is what needs no hub.
    @Test func workWithoutTheHubIsToldApart() async throws {
        try await StoreFixture.with { fixture async throws in
            let now = fixture.clock.now
            let rotation = try await fixture.opened()
            let work = { try fixture.store.dueWork(hub: "h", .withoutHub, now: now, limit: 9) }
            #expect(try work().isEmpty)
            #expect(try fixture.store.earliestDue(hub: "h", .withoutHub, now: now) == nil)
            let later = now.advanced(by: .seconds(30))
            let rows: [(RotationState.Phase, Instant?, Bool)] = [
                (.delivering(attempt: .ended), nil, false), (.parked(.candidateLost), nil, false),
                (.withdrawing(.candidateLost), later, false), (.withdrawing(.candidateLost), now, true),
                (.abandoning(.keep, .candidateLost), nil, true),
            ]
            for (phase, wakeAt, isDue) in rows {
                var next = rotation
                next.state = RotationState(phase: phase, tally: .init(), wakeAt: wakeAt)
                try await fixture.store.put(next)
                #expect(try await work() == (isDue ? [.resume(rotation.id, rotation.secret)] : []), "\(phase)")
                if wakeAt == later {
                    #expect(try fixture.store.earliestDue(hub: "h", .withoutHub, now: now) == later)
                }
            }
        }
    }
}
