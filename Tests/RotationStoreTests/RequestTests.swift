import RotationCore
import RotationStore
import Scheduling
import TestSupport
import Testing

struct RequestTests {
    private func request(_ fixture: StoreFixture, alias: String = "a", fresh: Bool = false) throws -> RotationRequest {
        RotationRequest(
            id: RotationID(milliseconds: fixture.clock.now.rawValue, random: SystemRandom()),
            secret: try fixture.name(alias),
            requestedAt: fixture.clock.now,
            trigger: .rotateNow,
            fresh: fresh
        )
    }

    @Test func waitingRequestsAllGetTheRotationThatIsOpenedForThem() async throws {
        try await StoreFixture.with { fixture async throws in
            let requests = try [request(fixture), request(fixture)]
            let ledger = try fixture.ledger()
            _ = try ledger.request(requests, actor: .user(name: "ops", uid: 1000))
            let work = try fixture.store.dueWork(hub: "h", now: fixture.clock.now, limit: 9)
            #expect(work == [.request(try fixture.name(), .rotateNow)])
            let rotation = try await fixture.opened()
            for request in requests {
                #expect(try ledger.history.rotation(serving: request.id)?.rotation.id == rotation.id)
            }
        }
    }

    @Test func requestJoinsAnOpenRotationAndHurriesIt() async throws {
        try await StoreFixture.with { fixture async throws in
            var rotation = try await fixture.opened()
            rotation.state = waiting(fixture, floor: nil)
            try await fixture.store.put(rotation)
            let taken = try fixture.ledger().request([request(fixture)], actor: .daemon)
            #expect(taken.first?.joined == rotation.id)
            #expect(try await fixture.store.rotation(rotation.id)?.state.wakeAt == fixture.clock.now)
        }
    }

    @Test func hurryStopsAtWhatTheHubAskedFor() async throws {
        try await StoreFixture.with { fixture async throws in
            var rotation = try await fixture.opened()
            let floor = fixture.clock.now.advanced(by: .seconds(30))
            rotation.state = waiting(fixture, floor: floor)
            try await fixture.store.put(rotation)
            _ = try fixture.ledger().request([request(fixture)], actor: .daemon)
            #expect(try await fixture.store.rotation(rotation.id)?.state.wakeAt == floor)
        }
    }

    /// What a request has done to the wait is stored: no second one does it again.
    @Test func hurryIsRememberedUntilTheNextTryHasFailed() async throws {
        try await StoreFixture.with { fixture async throws in
            var rotation = try await fixture.opened()
            rotation.state = waiting(fixture, floor: nil)
            try await fixture.store.put(rotation)
            _ = try fixture.ledger().request([request(fixture)], actor: .daemon)
            let again = try fixture.reopened()
            var hurried = try #require(try await again.rotation(rotation.id))
            #expect(hurried.state.tally.isHurried)
            let plan = RotationPlan(retry: .standard, confirm: false)
            for event in [RotationEvent.attemptStarted, .attemptEnded(.failed(HubError(.forbidden)))] {
                try hurried.state.handle(event, plan: plan, now: fixture.clock.now, fraction: 0)
            }
            try await again.put(hurried)
            _ = try fixture.ledger().request([request(fixture)], actor: .daemon)
            let state = try #require(try await fixture.reopened().rotation(rotation.id)).state
            #expect(state.wakeAt == fixture.clock.now.advanced(by: RetryPolicy.standard.cap))
        }
    }

    /// A row that can't be read is its own trouble: the request is taken all the same.
    @Test func requestThatJoinsAnUnreadableRotationIsTaken() async throws {
        try await StoreFixture.with { fixture async throws in
            let rotation = try await fixture.opened()
            try fixture.execute("UPDATE rotations SET next_step_at = 5, generator = 'spoilt'")
            let taken = try fixture.ledger().request([request(fixture)], actor: .daemon)
            #expect(taken.first?.joined == rotation.id)
        }
    }

    private func waiting(_ fixture: StoreFixture, floor: Instant?) -> RotationState {
        var tally = RotationState.Tally()
        tally.floor = floor
        let wakeAt = fixture.clock.now.advanced(by: .seconds(3600))
        return RotationState(phase: .delivering(attempt: .ended), tally: tally, wakeAt: wakeAt)
    }

    @Test func freshRequestWaitsForTheEndOfTheOpenRotation() async throws {
        try await StoreFixture.with { fixture async throws in
            let rotation = try await fixture.opened()
            _ = try fixture.ledger().request([request(fixture, fresh: true)], actor: .daemon)
            let now = fixture.clock.now
            #expect(
                try await fixture.store.dueWork(hub: "h", now: now, limit: 9) == [.resume(rotation.id, rotation.secret)]
            )
            try await fixture.end(rotation)
            let work = try fixture.store.dueWork(hub: "h", now: now, limit: 9)
            #expect(work == [.request(try fixture.name(), .rotateNow)])
        }
    }

    @Test func requestsAreTakenAllOrNone() async throws {
        try await StoreFixture.with { fixture async throws in
            let ledger = try fixture.ledger()
            let requests = try [request(fixture), request(fixture, alias: "missing")]
            #expect(throws: Ledger.Refusal.noSchedule(try fixture.name("missing"))) {
                try ledger.request(requests, actor: .daemon)
            }
            #expect(try ledger.history.waiting().count == 0)
        }
    }

    @Test func requestWhoseScheduleWasRemovedIsDroppedAndTold() async throws {
        try await StoreFixture.with { fixture async throws in
            let ledger = try fixture.ledger()
            _ = try ledger.request([request(fixture)], actor: .daemon)
            _ = try ledger.remove([fixture.name()], actor: .daemon, now: fixture.clock.now)
            #expect(try await fixture.claim() == nil)
            #expect(try ledger.history.waiting().count == 0)
            var lines: [String] = []
            try ledger.history.auditLines { lines.append($0) }
            #expect(lines.last?.contains("request.dropped") == true)
        }
    }

    @Test func requestingAllLeavesOutThePausedAndTheWaiting() async throws {
        try await StoreFixture.with { fixture async throws in
            let ledger = try fixture.ledger()
            let more = try ["b", "c"].map { try EngineWorld.schedule($0, now: fixture.clock.now) }
            try ledger.add(more, actor: .daemon, now: fixture.clock.now)
            _ = try ledger.pause([fixture.name("b")], .init(since: fixture.clock.now), actor: .daemon)
            _ = try ledger.request([request(fixture, alias: "c")], actor: .daemon)
            let count = try await fixture.store.requestAll(
                trigger: .signal,
                overdueOnly: false,
                now: fixture.clock.now,
                actor: .signal
            )
            #expect(count == 1)
            #expect(try ledger.history.waiting().count == 2)
        }
    }
}
