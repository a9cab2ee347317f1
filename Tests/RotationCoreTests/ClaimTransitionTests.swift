import RotationCore
import Scheduling
import TestSupport
import Testing

/// What a claim makes of what is stored.
struct ClaimTransitionTests {
    private static func claim(_ rows: MemoryRows, _ trigger: Trigger = .rotateNow) throws -> Transition? {
        let secret = try EngineWorld.schedule("a", now: MemoryRows.now).secret
        let claim = Claim(secret: secret, trigger: trigger, id: MemoryRows.id(1), now: MemoryRows.now)
        return try claim.transition(rows)
    }

    private static func opens(_ transition: Transition?) -> Bool {
        if case .opened = transition?.rotation { true } else { false }
    }

    /// A reason why nothing begins.
    enum Obstacle: CaseIterable {
        case openRotation, hubPaused, hubSuspended, hold, group
    }

    @Test(arguments: Obstacle.allCases, [Trigger.rotateNow, .schedule])
    func obstacleLetsNothingBegin(obstacle: Obstacle, trigger: Trigger) throws {
        let (now, later) = (MemoryRows.now, MemoryRows.now.advanced(by: .seconds(60)))
        let rows = try MemoryRows.due { rows in
            switch obstacle {
            case .openRotation: rows.open = MemoryRows.id(9)
            case .hubPaused: rows.status = .paused(.init(since: now, until: later, length: .seconds(60)))
            case .hubSuspended:
                rows.status = .suspended(.init(reason: .unauthorized, since: now, probeAt: later, probes: 0))
            case .hold: rows.heldUntil = later
            case .group:
                rows.storedSchedule?.definition.group = .init(name: "g", spacing: .seconds(60))
                rows.groupIsFree = false
            }
        }
        #expect(try Self.claim(rows, trigger) == nil)
        #expect(Self.opens(try Self.claim(MemoryRows.due(), trigger)))
    }

    /// All that follows from an opening is in one transition: the group's turn, the requests, the hold that is over.
    @Test func openingTakesGroupRequestsAndHold() throws {
        let group = ScheduleDefinition.Group(name: "g", spacing: .seconds(60))
        let rows = try MemoryRows.due { rows in
            rows.storedSchedule?.definition.group = group
            rows.waiting = [MemoryRows.id(5), MemoryRows.id(6)]
            rows.heldUntil = MemoryRows.now
            rows.isAmbiguous = true
        }
        let transition = try #require(try Self.claim(rows))
        #expect(transition.group == .taken(group, MemoryRows.id(1)))
        #expect(transition.requests == .joined(MemoryRows.id(1)))
        #expect(transition.hold == .released)
        #expect(transition.schedule?.lastOpened == MemoryRows.now)
        #expect(transition.rotation?.rotation.mustConfirm == true)
        #expect(transition.entries.map(\.event.rawValue) == ["rotation.opened"])
        let plain = try #require(try Self.claim(MemoryRows.due()))
        #expect(plain.group == nil && plain.requests == nil && plain.hold == nil)
    }

    /// A pause that began after the work was found keeps a slot from being served, and no request.
    @Test func pauseStopsSlotsAndNotRequests() throws {
        let rows = try MemoryRows.due { $0.storedSchedule?.pause = .init(since: MemoryRows.now) }
        #expect(try Self.claim(rows, .schedule) == nil)
        #expect(Self.opens(try Self.claim(rows, .rotateNow)))
    }

    @Test func requestsOfARemovedScheduleAreDroppedAndTold() throws {
        #expect(try Self.claim(MemoryRows()) == nil)
        var rows = MemoryRows()
        rows.waiting = [MemoryRows.id(5)]
        let transition = try #require(try Self.claim(rows))
        #expect(transition.requests == .dropped)
        #expect(transition.rotation == nil)
        #expect(transition.entries.map(\.event.rawValue) == ["request.dropped"])
    }
}
