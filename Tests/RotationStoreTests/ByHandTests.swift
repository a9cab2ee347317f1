import RotationCore
import Scheduling
import TestSupport
import Testing

@testable import RotationStore

/// What somebody does to a secret by hand keeps rotations of it away, and the other way round.
struct ByHandTests {
    private static let actor = Actor.user(name: "alice", uid: 1000)

    private static func begin(
        _ operation: HandOperation = .update,
        _ alias: String = "a",
        _ fixture: StoreFixture,
        _ ledger: Ledger
    ) throws {
        let now = fixture.clock.now
        _ = try ledger.beginByHand(
            HandChange(operation, fixture.name(alias), actor: actor, now: now),
            holdFor: .seconds(90),
            fields: [.value]
        )
    }

    private static func end(_ result: Result<Receipt, HubError>, _ fixture: StoreFixture, _ ledger: Ledger) throws {
        let now = fixture.clock.now
        let hold = HandHold(until: now.advanced(by: .seconds(90)), settling: .seconds(30))
        let change = HandChange(.update, try fixture.name(), actor: actor, now: now)
        try ledger.endByHand(change, result, hold: hold, cap: .seconds(3600))
    }

    private static func events(_ ledger: Ledger) throws -> [String] {
        var events: [String] = []
        try ledger.history.auditLines { line in
            if let range = line.firstRange(of: #/"event":"[a-z._]+"/#) {
                events.append(String(line[range].dropFirst(9).dropLast()))
            }
        }
        return events
    }

    @Test func requestUnderWayKeepsRotationsAwayUntilItsEnd() async throws {
        try await StoreFixture.with { fixture async throws in
            let ledger = try fixture.ledger()
            try Self.begin(.update, "a", fixture, ledger)
            #expect(try await fixture.claim() == nil)
            #expect(try fixture.store.dueWork(hub: "h", now: fixture.clock.now, limit: 9).isEmpty)
            try Self.end(.success(Receipt(status: 200, requestID: "r-1")), fixture, ledger)
            #expect(try await fixture.claim() != nil)
            #expect(try Self.events(ledger).suffix(3) == ["secret.attempted", "secret.updated", "rotation.opened"])
        }
    }

    /// Whoever did not live to record the end: what was sent may still arrive, but not for ever.
    @Test func requestThatNeverEndsHoldsForItsTimeOnly() async throws {
        try await StoreFixture.with { fixture async throws in
            let ledger = try fixture.ledger()
            try Self.begin(.update, "a", fixture, ledger)
            fixture.clock.advance(by: .seconds(89))
            #expect(try await fixture.claim() == nil)
            let next = try fixture.store.earliestDue(hub: "h", now: fixture.clock.now)
            #expect(next == fixture.clock.now.advanced(by: .seconds(1)))
            fixture.clock.advance(by: .seconds(1))
            #expect(try await fixture.claim() != nil)
        }
    }

    @Test(arguments: [
        (HubError.Kind.timedOut, true), (.rejected, false), (.connectionFailed, false), (.connectionLost, true),
    ])
    func onlyAnAmbiguousEndHoldsOn(kind: HubError.Kind, holds: Bool) async throws {
        try await StoreFixture.with { fixture async throws in
            let ledger = try fixture.ledger()
            try Self.begin(.update, "a", fixture, ledger)
            try Self.end(.failure(HubError(kind)), fixture, ledger)
            #expect(try await (fixture.claim() == nil) == holds)
            fixture.clock.advance(by: .seconds(30))
            if holds { #expect(try await fixture.claim() != nil) }
        }
    }

    @Test func openRotationIsNotUndoneByHand() async throws {
        try await StoreFixture.with { fixture async throws in
            let rotation = try await fixture.opened()
            let ledger = try fixture.ledger()
            #expect(throws: Ledger.Refusal.rotationIsOpen(try fixture.name(), rotation.id)) {
                try Self.begin(.update, "a", fixture, ledger)
            }
            #expect(try Self.events(ledger).last == "rotation.opened")
        }
    }

    @Test func twoAtOnceAreOne() async throws {
        try await StoreFixture.with { fixture async throws in
            let ledger = try fixture.ledger()
            try Self.begin(.update, "a", fixture, ledger)
            let until = fixture.clock.now.advanced(by: .seconds(90))
            #expect(throws: Ledger.Refusal.held(try fixture.name(), until: until, canBeOverridden: true)) {
                try Self.begin(.update, "a", fixture, ledger)
            }
        }
    }

    @Test func secretWithAScheduleIsNotDeleted() async throws {
        try await StoreFixture.with { fixture async throws in
            let ledger = try fixture.ledger()
            #expect(throws: Ledger.Refusal.hasSchedule(try fixture.name())) {
                try Self.begin(.delete, "a", fixture, ledger)
            }
            try Self.begin(.delete, "other", fixture, ledger)
        }
    }

    /// A suspended hub receives nothing but its probe, also of what people ask for.
    @Test func suspendedHubIsLeftAlone() async throws {
        try await StoreFixture.with { fixture async throws in
            let ledger = try fixture.ledger()
            try Self.begin(.update, "a", fixture, ledger)
            try Self.end(.failure(HubError(.unauthorized, status: 401)), fixture, ledger)
            #expect(throws: Ledger.Refusal.hubSuspended("h", .unauthorized)) {
                try Self.begin(.update, "a", fixture, ledger)
            }
            #expect(throws: Ledger.Refusal.hubSuspended("h", .unauthorized)) {
                try ledger.checkHubIsOpen("h", now: fixture.clock.now)
            }
            #expect(try Self.events(ledger).suffix(2) == ["secret.failed", "hub.suspended"])
        }
    }

    /// A hold lasts for a length of time, whatever the clock is set to, and however late that is noticed.
    @Test(arguments: [7200, -7200], [false, true])
    func holdOutlivesAStepOfTheClock(seconds: Int, isNoticedLate: Bool) async throws {
        try await StoreFixture.with { fixture async throws in
            let ledger = try fixture.ledger()
            let (step, whole) = (Duration.seconds(seconds), Duration.seconds(90))
            if isNoticedLate { fixture.clock.advance(by: step) }
            try Self.begin(.update, "a", fixture, ledger)
            fixture.clock.advance(by: .seconds(60) + (isNoticedLate ? .zero : step))
            let now = fixture.clock.now
            try await fixture.store.adjustForClockStep(
                step,
                now: now,
                farthest: .seconds(20),
                longestHolds: ["h": whole]
            )
            // Never shorter than what is left of it, and no longer than a whole one.
            let until = try #require(try HoldTable.until(fixture.name(), in: ledger.connection))
            #expect(until >= now.advanced(by: .seconds(30)))
            #expect(until <= now.advanced(by: whole))
            ledger.close()
        }
    }
}
