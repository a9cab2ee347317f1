import RotationCore
import Scheduling
import TestSupport
import Testing

/// What a change of a secret by hand makes durable: decided on rows in memory.
struct HandChangeTransitionTests {
    private static let now = MemoryRows.now
    private static let until = now.advanced(by: .seconds(600))

    private static func change(_ operation: HandOperation = .update) throws -> HandChange {
        HandChange(operation, try EngineWorld.schedule("a", now: now).secret, actor: .daemon, now: now)
    }

    private static func begin(
        _ rows: MemoryRows,
        _ operation: HandOperation = .update,
        despiteHold: String? = nil,
        hasSchedule: Bool = true
    ) throws -> Transition {
        try change(operation).beginning(
            until: until,
            despiteHold: despiteHold,
            hasSchedule: hasSchedule,
            fields: nil,
            rows
        )
    }

    @Test func beginningHoldsTheSecret() throws {
        let transition = try Self.begin(MemoryRows())
        #expect(transition.hold == .until(Self.until) && transition.look == nil)
        #expect(transition.entries.map(\.event) == [.secretAttempted])
    }

    /// At the end of the overridden hold the hub may have either value.
    @Test func holdIsOverriddenWithAReasonOnly() throws {
        var rows = MemoryRows()
        rows.heldUntil = Self.now.advanced(by: .seconds(1))
        #expect(throws: Refusal.self) { try Self.begin(rows) }
        let transition = try Self.begin(rows, despiteHold: "leaked")
        #expect(transition.look == .attributedToNone && transition.hold == .until(Self.until))
    }

    private static let obstacles: [@Sendable (inout MemoryRows) -> Void] = [
        { $0.open = MemoryRows.id(1) },
        { $0.status = .suspended(.init(reason: .unauthorized, since: now, probeAt: now, probes: 1)) },
    ]

    @Test(arguments: obstacles.indices)
    func obstacleRefusesIt(index: Int) {
        var rows = MemoryRows()
        Self.obstacles[index](&rows)
        #expect(throws: Refusal.self) { try Self.begin(rows) }
    }

    @Test func secretWithAScheduleIsNotDeleted() throws {
        #expect(throws: Refusal.self) { try Self.begin(MemoryRows(), .delete) }
        #expect(try Self.begin(MemoryRows(), .delete, hasSchedule: false).hold == .until(Self.until))
    }

    private static func end(_ result: Result<Receipt, HubError>, heldUntil: Instant?) throws -> Transition {
        var rows = MemoryRows()
        rows.heldUntil = heldUntil
        let hold = HandHold(until: until, settling: .seconds(300))
        return try change().end(result, hold: hold, cap: .seconds(3600), rows)
    }

    /// A hold that another change has set since, despite this one's, is not released.
    @Test(arguments: [true, false])
    func onlyItsOwnHoldIsReleased(isOwn: Bool) throws {
        let held = isOwn ? Self.until : Self.until.advanced(by: .seconds(1))
        let done = try Self.end(.success(Receipt(status: 200)), heldUntil: held)
        #expect(done.hold == (isOwn ? .released : nil) && done.changedByHandAt == Self.now)
        let refused = try Self.end(.failure(HubError(.notFound)), heldUntil: held)
        #expect(refused.hold == (isOwn ? .released : nil) && refused.changedByHandAt == nil)
    }

    /// It may still arrive: nothing rotates until it can't.
    @Test func unknownEffectHoldsOn() throws {
        let transition = try Self.end(.failure(HubError(.timedOut)), heldUntil: Self.until)
        #expect(transition.hold == .until(Self.now.advanced(by: .seconds(300))))
        #expect(transition.changedByHandAt == Self.now)
        #expect(transition.entries.first?.event == .secretFailed)
    }
}
