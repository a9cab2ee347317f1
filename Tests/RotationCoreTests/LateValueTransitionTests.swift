import RotationCore
import Scheduling
import TestSupport
import Testing

/// What an `updated_at` that no rotation has moved means for the value in force: decided on rows in memory.
struct LateValueTransitionTests {
    private static let now = MemoryRows.now
    private static let newest = MemoryRows.id(1)

    /// A secret whose newest rotation was confirmed, and whose list has shown 5 and 6.
    private static func rows(_ change: (inout MemoryRows) throws -> Void = { _ in }) throws -> MemoryRows {
        try MemoryRows.due { rows in
            rows.storedSchedule?.seenUpdates = [5, 6]
            rows.newest = EndedRotation(id: newest, isConfirmed: true, endedAt: now.advanced(by: .seconds(-600)))
            rows.look = PendingLook.ofSeveral
            try change(&rows)
        }
    }

    private static func look(_ rows: MemoryRows, updatedAt: Int64?) throws -> Transition? {
        let secret = try #require(rows.storedSchedule?.secret)
        return try Transition.lookAfterHold(at: secret, updatedAt: updatedAt, rows, now: now)
    }

    @Test func updateAfterAHoldMakesTheValueUnknown() throws {
        let transition = try #require(try Self.look(Self.rows(), updatedAt: 9))
        #expect(transition.look == .done)
        #expect(transition.value == .unknown(since: Self.now))
        #expect(transition.schedule?.seenUpdates == [5, 6, 9])
        #expect(transition.entries.map(\.event) == [.driftFound])
    }

    @Test func lookThatNobodyWaitsForChangesNothing() throws {
        #expect(try Self.look(Self.rows { $0.look = nil }, updatedAt: 9) == nil)
    }

    /// The look is over, and the value in force is as known as before.
    @Test(arguments: [6, 5, nil] as [Int64?])
    func nothingNewIsNoUpdate(updatedAt: Int64?) throws {
        let transition = try #require(try Self.look(Self.rows(), updatedAt: updatedAt))
        #expect(transition.look == .done && transition.value == nil && transition.schedule == nil)
        #expect(transition.entries.isEmpty)
    }

    @Test func onlyTheNewestRotationsOwnValueIsInForceAllTheSame() throws {
        let own = try #require(try Self.look(Self.rows { $0.look = .ofOne(Self.newest) }, updatedAt: 9))
        #expect(own.value == nil && own.schedule?.seenUpdates == [5, 6, 9])
        let older = try #require(try Self.look(Self.rows { $0.look = .ofOne(MemoryRows.id(2)) }, updatedAt: 9))
        #expect(older.value == .unknown(since: Self.now))
    }

    @Test func afterAnUnconfirmedRotationNothingIsKnownToHaveMoved() throws {
        let transition = try #require(try Self.look(Self.rows { $0.newest?.isConfirmed = false }, updatedAt: 9))
        #expect(transition.look == .done && transition.value == nil)
    }

    // MARK: Preflight

    private static func preflight(_ rows: MemoryRows, updatedAt: Int64) throws -> Transition? {
        let schedule = try #require(rows.storedSchedule)
        let rotation = Rotation(opening: schedule, id: MemoryRows.id(3), trigger: .schedule, now: now)
        return try Transition.unexpectedUpdate(before: rotation, updatedAt: updatedAt, rows, now: now)
    }

    @Test func unexpectedUpdateMakesTheValueUnknown() throws {
        let transition = try #require(try Self.preflight(Self.rows(), updatedAt: 9))
        #expect(transition.value == .unknown(since: Self.now))
        #expect(transition.entries.map(\.event) == [.driftFound])
    }

    private static let explanations: [@Sendable (inout MemoryRows) -> Void] = [
        { $0.look = .ofOne(newest) },
        { $0.valueIsUnknown = true },
        { $0.byHandAt = now.advanced(by: .seconds(-60)) },
        { $0.newest?.isConfirmed = false },
        { $0.newest = nil },
        { $0.storedSchedule?.seenUpdates = [] },
        { $0.storedSchedule?.seenUpdates = [9] },
    ]

    @Test(arguments: explanations.indices)
    func updateThatHasAnExplanationChangesNothing(index: Int) throws {
        #expect(try Self.preflight(Self.rows(Self.explanations[index]), updatedAt: 9) == nil)
    }

    @Test func changeByHandBeforeTheNewestRotationExplainsNothing() throws {
        let rows = try Self.rows { $0.byHandAt = Self.now.advanced(by: .seconds(-700)) }
        #expect(try Self.preflight(rows, updatedAt: 9) != nil)
    }
}
