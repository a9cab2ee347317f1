import RotationCore
import Scheduling
import TestSupport
import Testing

/// What a request for a rotation now, an order to end one, and a lifted wait make durable: decided on rows in memory.
struct RequestTransitionTests {
    private static let now = MemoryRows.now

    private static func request(despiteHold: String? = nil) throws -> RotationRequest {
        let secret = try EngineWorld.schedule("a", now: now).secret
        return RotationRequest(
            id: MemoryRows.id(9),
            secret: secret,
            requestedAt: now,
            trigger: .rotateNow,
            despiteHold: despiteHold
        )
    }

    /// An open rotation that waits for an hour.
    private static func waiting() throws -> Rotation {
        var rotation = Rotation(
            opening: try EngineWorld.schedule("a", now: now),
            id: MemoryRows.id(1),
            trigger: .schedule,
            now: now
        )
        let plan = RotationPlan(retry: .standard, confirm: false)
        let events: [RotationEvent] = [
            .generated, .staged, .attemptStarted, .attemptEnded(.failed(HubError(.timedOut))),
        ]
        for event in events { try rotation.state.handle(event, plan: plan, now: now, fraction: 1) }
        return rotation
    }

    @Test func requestWithoutAScheduleIsRefused() throws {
        let request = try Self.request()
        #expect(throws: Refusal.self) {
            try request.transition(actor: .daemon, joining: nil, open: nil, MemoryRows())
        }
    }

    @Test func requestReleasesAHoldWithAReasonOnly() throws {
        let rows = try MemoryRows.due()
        let plain = try Self.request().transition(actor: .daemon, joining: nil, open: nil, rows)
        #expect(plain.hold == nil)
        let leaked = try Self.request(despiteHold: "leaked").transition(actor: .daemon, joining: nil, open: nil, rows)
        #expect(leaked.hold == .released)
        #expect(leaked.entries.map(\.event) == [.rotationRequested])
    }

    /// The rotation that it joins tries again at once, and one that it does not join is left as it is.
    @Test func requestBringsForwardWhatItJoins() throws {
        let (rows, open) = (try MemoryRows.due(), try Self.waiting())
        let joined = try Self.request().transition(actor: .daemon, joining: open.id, open: open, rows)
        let after = try #require(joined.rotation?.rotation.state)
        #expect(try #require(after.wakeAt) < #require(open.state.wakeAt))
        let beside = try Self.request().transition(actor: .daemon, joining: nil, open: open, rows)
        #expect(beside.rotation == nil)
    }

    /// What waits for its own back-off and not for the hub is not touched.
    @Test func liftedHubWaitChangesOnlyWhatWaitsForIt() throws {
        let open = Rotation(
            opening: try EngineWorld.schedule("a", now: Self.now),
            id: MemoryRows.id(1),
            trigger: .schedule,
            now: Self.now
        )
        #expect(try open.liftingHubWait(now: Self.now) == nil)
    }

    // MARK: An order to withdraw

    /// A rotation that is parked after an ambiguous attempt.
    private static func order(_ rows: MemoryRows, at now: Instant) throws {
        var rotation = try waiting()
        try rotation.state.handle(.candidateLost, plan: plan, now: Self.now, fraction: 0)
        let order = Abandonment(rotation.id, .withdraw, reason: "seen on the hub", actor: .daemon)
        _ = try order.transition(of: rotation, plan: plan, now: now, rows)
    }

    private static let plan = RotationPlan(retry: .standard, confirm: false, lateHold: .seconds(300))

    /// While a request may still arrive, what a person has seen of the hub may change.
    @Test func withdrawalWaitsForWhatMayStillArrive() throws {
        var rows = try MemoryRows.due()
        rows.ambiguousAttemptEnded = Self.now
        #expect(throws: Refusal.held(try Self.request().secret, until: Self.now.advanced(by: .seconds(300)))) {
            try Self.order(rows, at: Self.now.advanced(by: .seconds(299)))
        }
        try Self.order(rows, at: Self.now.advanced(by: .seconds(300)))
        // A hold that lasts longer counts as well.
        rows.heldUntil = Self.now.advanced(by: .seconds(400))
        #expect(throws: Refusal.held(try Self.request().secret, until: Self.now.advanced(by: .seconds(400)))) {
            try Self.order(rows, at: Self.now.advanced(by: .seconds(100)))
        }
    }

    /// A clock that was ahead when the attempt was recorded keeps nobody waiting: the hold since it was set counts.
    @Test func attemptInTheFarFutureIsNotWaitedFor() throws {
        var rows = try MemoryRows.due()
        rows.ambiguousAttemptEnded = Self.now.advanced(by: .seconds(86_400))
        try Self.order(rows, at: Self.now.advanced(by: .seconds(1)))
    }
}
