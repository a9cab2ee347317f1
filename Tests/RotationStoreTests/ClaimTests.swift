import RotationCore
import RotationStore
import Scheduling
import TestSupport
import Testing

struct ClaimTests {
    @Test func secretHasOneOpenRotation() async throws {
        try await StoreFixture.with { fixture async throws in
            #expect(try await fixture.claim() != nil)
            #expect(try await fixture.claim() == nil)
            #expect(try fixture.ledger().history.rotations(openOnly: true).count == 1)
        }
    }

    @Test func scheduledClaimWaitsForItsSlotAndRequestedOneDoesNot() async throws {
        try await StoreFixture.with { fixture async throws in
            #expect(try await fixture.claim(.schedule) == nil)
            fixture.clock.advance(by: .seconds(3600))
            #expect(try await fixture.claim(.schedule)?.slot == fixture.clock.now)
        }
    }

    @Test func pauseIsCheckedAgainWithinTheClaim() async throws {
        try await StoreFixture.with { fixture async throws in
            fixture.clock.advance(by: .seconds(3600))
            let ledger = try fixture.ledger()
            _ = try ledger.pause([fixture.name()], .init(since: fixture.clock.now, reason: "freeze"), actor: .daemon)
            #expect(try fixture.store.dueWork(hub: "h", now: fixture.clock.now, limit: 9).isEmpty)
            #expect(try await fixture.claim(.schedule) == nil)
            #expect(try await fixture.claim(.rotateNow) != nil)
        }
    }

    @Test func pauseWithAnEndFiresTheFirstSlotAfterItsEnd() async throws {
        try await StoreFixture.with { fixture async throws in
            let until = fixture.clock.now.advanced(by: .seconds(7200))
            _ = try fixture.ledger().pause(
                [fixture.name()],
                .init(since: fixture.clock.now, until: until),
                actor: .daemon
            )
            let slot = until.advanced(by: .seconds(3600))
            #expect(try fixture.store.earliestDue(hub: "h", now: fixture.clock.now) == slot)
            fixture.clock.advance(by: .seconds(7200))
            #expect(try await fixture.claim(.schedule) == nil)
            fixture.clock.advance(by: .seconds(3600))
            #expect(try await fixture.claim(.schedule) != nil)
        }
    }

    @Test func resumedScheduleDoesNotFireASlotThatPassed() async throws {
        try await StoreFixture.with { fixture async throws in
            let ledger = try fixture.ledger()
            let start = fixture.clock.now
            _ = try ledger.pause([fixture.name()], .init(since: start), actor: .daemon)
            fixture.clock.advance(by: .seconds(5400))
            let resumed = try ledger.resume([fixture.name()], actor: .daemon, now: fixture.clock.now)
            #expect(resumed.first?.nextDue == start.advanced(by: .seconds(7200)))
            #expect(try await fixture.claim(.schedule) == nil)
        }
    }

    @Test func suspendedHubOpensNothing() async throws {
        try await StoreFixture.with { fixture async throws in
            _ = try await fixture.store.updateHub("h", now: fixture.clock.now) {
                $0.after(.init(.unauthorized), about: "a", now: $1, cap: .seconds(3600))
            }
            #expect(try await fixture.claim() == nil)
        }
    }

    @Test func minimumIntervalIsKeptFromStoredTimeAndMovesTheDueInstant() async throws {
        try await StoreFixture.with { fixture async throws in
            fixture.clock.advance(by: .seconds(3600 - 10))
            let rotation = try await fixture.opened()
            try await fixture.end(rotation)
            let ledger = try fixture.ledger()
            // As if somebody had brought the next slot too close.
            try fixture.execute("UPDATE schedules SET next_due = \(fixture.clock.now.rawValue)")
            #expect(try await fixture.claim(.schedule) == nil)
            let due = try ledger.history.schedule(of: fixture.name())?.nextDue
            #expect(due == fixture.clock.now.advanced(by: .seconds(60)))
        }
    }

    @Test func claimThatCannotBeToldDoesNotHappen() async throws {
        try await StoreFixture.with { fixture async throws in
            try fixture.execute("CREATE TRIGGER full BEFORE INSERT ON audit_log BEGIN SELECT RAISE(ABORT, 'full'); END")
            await #expect(throws: (any Error).self) { try await fixture.claim() }
            #expect(try fixture.ledger().history.rotations().isEmpty)
        }
    }
}
