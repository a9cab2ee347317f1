import Logging
import RotationCore
import RotationStore
import Scheduling
import Synchronization
import TestSupport
import Testing
import ValueGenerators

@testable import RotationDaemon

/// When a hub is held against the history by itself: on a clock that the test moves.
@Suite(.timeLimit(.minutes(1)))
struct DailyDriftTests {
    private struct Fixture {
        let ledger: LedgerActor
        let hub = ScriptedHub()
        let clock = ManualClock()

        /// The daily look, as a daemon has it that was just started.
        func daily() -> DailyDrift {
            let hub = HubGateway.Hub(
                api: hub,
                timeout: .seconds(30),
                lateHold: .seconds(300),
                retryAfterCap: .seconds(3600)
            )
            let gateway = HubGateway(queue: ledger, names: { ["h"] }, find: { _ in hub }, clock: clock)
            return DailyDrift(gateway: gateway, hubs: { ["h"] }, looked: {}, clock: clock, logger: silent)
        }

        func setStatus(_ status: HubStatus) async throws {
            let now = clock.now
            _ = try await ledger.withLedger { try $0.updateHub("h", now: now) { _, _ in status } }
        }
    }

    private static func with(_ body: (Fixture) async throws -> Void) async throws {
        try await TemporaryFolder.with { folder in
            let ledger = try LedgerActor(
                path: folder.file("rotator.db"),
                origin: Host.origin(),
                generators: BuiltInGenerators()
            )
            let fixture = Fixture(ledger: ledger)
            let result: Result<Void, any Error>
            do { result = .success(try await body(fixture)) } catch { result = .failure(error) }
            await ledger.close()
            try result.get()
        }
    }

    @Test func hubIsLookedAtOnceADayAlsoAfterARestart() async throws {
        try await Self.with { fixture in
            let (clock, start) = (fixture.clock, fixture.clock.now)
            #expect(try await fixture.daily().lookIfDue(at: "h") == start.advanced(by: DailyDrift.firstDelay))
            #expect(fixture.hub.listCalls == 0)
            clock.advance(by: DailyDrift.firstDelay)
            let next = clock.now.advanced(by: .seconds(86_400))
            #expect(try await fixture.daily().lookIfDue(at: "h") == next)
            #expect(fixture.hub.listCalls == 1)
            clock.advance(by: .seconds(86_399))
            #expect(try await fixture.daily().lookIfDue(at: "h") == next)
            #expect(fixture.hub.listCalls == 1)
            clock.advance(by: .seconds(1))
            _ = try await fixture.daily().lookIfDue(at: "h")
            #expect(fixture.hub.listCalls == 2)
        }
    }

    @Test func failureIsTriedAgainAnHourLater() async throws {
        try await Self.with { fixture in
            _ = try await fixture.daily().lookIfDue(at: "h")
            fixture.clock.advance(by: DailyDrift.firstDelay)
            fixture.hub.scriptLists(HubError(.unavailable, status: 503))
            let next = fixture.clock.now.advanced(by: DailyDrift.retryDelay)
            #expect(try await fixture.daily().lookIfDue(at: "h") == next)
            #expect(try await fixture.daily().lookIfDue(at: "h") == next)
            #expect(fixture.hub.listCalls == 1)
            fixture.clock.advance(by: DailyDrift.retryDelay)
            #expect(try await fixture.daily().lookIfDue(at: "h") == fixture.clock.now.advanced(by: .seconds(86_400)))
        }
    }

    /// A refused token suspends the hub, as after any other request.
    @Test func refusedTokenSuspendsTheHub() async throws {
        try await Self.with { fixture in
            _ = try await fixture.daily().lookIfDue(at: "h")
            fixture.clock.advance(by: DailyDrift.firstDelay)
            fixture.hub.scriptLists(HubError(.unauthorized, status: 401))
            _ = try await fixture.daily().lookIfDue(at: "h")
            let status = try await fixture.ledger.withLedger { try $0.history.hubStatus("h") }
            guard case .suspended = status else { throw NeverHappened(description: "a suspension") }
        }
    }

    @Test func hubWhoseCircuitIsOpenIsNotAsked() async throws {
        try await Self.with { fixture in
            _ = try await fixture.daily().lookIfDue(at: "h")
            fixture.clock.advance(by: DailyDrift.firstDelay)
            let now = fixture.clock.now
            let open: [HubStatus] = [
                .suspended(.init(reason: .unauthorized, since: now, probeAt: now, probes: 0)),
                .paused(.init(since: now, until: now, length: .seconds(5))), .halfOpen(.init(probes: 1)),
            ]
            for status in open {
                try await fixture.setStatus(status)
                let next = fixture.clock.now.advanced(by: DailyDrift.retryDelay)
                #expect(try await fixture.daily().lookIfDue(at: "h") == next)
                fixture.clock.advance(by: DailyDrift.retryDelay)
            }
            #expect(fixture.hub.listCalls == 0)
            try await fixture.setStatus(.available)
            _ = try await fixture.daily().lookIfDue(at: "h")
            #expect(fixture.hub.listCalls == 1)
        }
    }

    @Test func hubThatRefusesTheListIsAskedTheNextDay() async throws {
        try await Self.with { fixture in
            _ = try await fixture.daily().lookIfDue(at: "h")
            fixture.clock.advance(by: DailyDrift.firstDelay)
            fixture.hub.scriptLists(HubError(.forbidden, status: 403))
            let next = fixture.clock.now.advanced(by: .seconds(86_400))
            #expect(try await fixture.daily().lookIfDue(at: "h") == next)
        }
    }

    /// A clock that was ahead has written an instant that would never come.
    @Test func instantThatIsTooFarAwayDoesNotCount() async throws {
        try await Self.with { fixture in
            let far = DriftLook(dueAt: fixture.clock.now.advanced(by: .seconds(86_401)))
            try await fixture.ledger.withLedger { try $0.record(far, at: "h") }
            _ = try await fixture.daily().lookIfDue(at: "h")
            #expect(fixture.hub.listCalls == 1)
        }
    }
}
