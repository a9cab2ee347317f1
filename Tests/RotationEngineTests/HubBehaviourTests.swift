import AIHubClient
import AuditLog
import RotationEngine
import RotationStore
import Scheduling
import TestSupport
import Testing
import ValueGenerators

/// What the engine does about a hub as a whole.
@Suite(.timeLimit(.minutes(5)))
struct HubBehaviourTests {
    private static let many = (0..<40).map { "s\($0)" }

    /// Whatever is due: one request goes ahead of all.
    @Test func refusedTokenIsShownOnce() async throws {
        try await EngineWorld.with(Self.many) { world in
            let refused = Array(repeating: HubError(.unauthorized, status: 401) as HubError?, count: 100)
            for error in refused { world.hub.scriptLists(error) }
            try await world.engine.requestAll(overdueOnly: false)
            try await eventually("it is suspended") { try world.entries("hub.suspended") == 1 }
            #expect(world.hub.listCalls <= 2)
        }
    }

    /// One secret's 403 is its own: the others go on.
    @Test func valueThatAGatewayRefusesFailsAlone() async throws {
        try await EngineWorld.with(Self.many) { world in
            world.hub.script(.fail(HubError(.forbidden, status: 403)))
            try await world.engine.requestAll(overdueOnly: false)
            try await eventually("the others succeed") {
                try world.entries("rotation.succeeded") == Self.many.count - 1
            }
            #expect(try world.entries("hub.suspended") == 0)
        }
    }

    @Test func hubThatIsUnreachableIsSuspendedAndNotAskedByAll() async throws {
        try await EngineWorld.with(Self.many) { world in
            for _ in 0..<100 { world.hub.scriptLists(HubError(.connectionFailed)) }
            try await world.engine.requestAll(overdueOnly: false)
            try await eventually("it is suspended") { try world.entries("hub.suspended") == 1 }
            #expect(world.hub.listCalls <= HubStatus.transportLimit)
        }
    }

    /// Listing needs a right that updating does not: that is learnt, and remembered.
    @Test func hubThatForbidsListingIsNotAskedAgain() async throws {
        try await EngineWorld.with("a", "b", "c") { world in
            for _ in 0..<100 { world.hub.scriptLists(HubError(.forbidden, status: 403)) }
            try world.request("a")
            try await eventually("a succeeds") { try world.entries("rotation.succeeded") == 1 }
            let calls = world.hub.listCalls
            for alias in ["b", "c"] { try world.request(alias) }
            try await eventually("all succeed") { try world.entries("rotation.succeeded") == 3 }
            #expect(calls == 1)
            #expect(world.hub.listCalls == calls)
            #expect(try world.entries("hub.suspended") == 0)
            #expect(try world.history { try $0.rotations() }.allSatisfy { $0.isConfirmed == false })
        }
    }

    /// A gateway that refuses one list of a hub that lists: neither this rotation nor the next one does without confirmation.
    @Test func oneRefusedListDoesNotMakeAHubOneThatDoesNotList() async throws {
        try await EngineWorld.with("a", "b") { world in
            world.hub.scriptLists(nil, HubError(.forbidden, status: 403))
            try world.request("a")
            try await eventually("it waits for the next list") {
                let isArmed = world.alarm.instant.map { $0 < world.clock.now.advanced(by: .seconds(30)) } ?? false
                return world.hub.listCalls == 2 && isArmed
            }
            try world.ring()
            try await eventually("a succeeds") { try world.entries("rotation.succeeded") == 1 }
            try world.request("b")
            try await eventually("b succeeds") { try world.entries("rotation.succeeded") == 2 }
            #expect(try world.history { try $0.rotations() }.allSatisfy { $0.isConfirmed == true })
        }
    }

    /// A policy that was edited while nothing was sent replaces the rotation; its requests wait for the new one.
    @Test func editedPolicyReplacesARotationOfWhichNothingWasSent() async throws {
        try await EngineWorld.with("a") { world in
            world.hub.scriptLists(HubError(.unavailable, status: 503))
            try world.request("a")
            try await eventually("it waits") {
                let isArmed = world.alarm.instant.map { $0 < world.clock.now.advanced(by: .seconds(60)) } ?? false
                return try world.entries("rotation.deferred") == 1 && isArmed
            }
            let ledger = try Ledger(path: world.path, origin: EngineWorld.origin, mayMigrate: false)
            defer { ledger.close() }
            var edit = ScheduleEdit()
            edit.generator = .uuid(.v4)
            let secret = try #require(try ledger.history.schedules().first?.secret)
            _ = try ledger.edit([secret], edit, actor: .daemon, now: world.clock.now)
            try world.ring()
            try await eventually("another succeeds") { try world.entries("rotation.succeeded") == 1 }
            #expect(try world.entries("policy_changed") == 1)
            #expect(try world.entries("rotation.opened") == 2)
            #expect(world.hub.sentCount("a") == 1)
            #expect(try ledger.history.waiting().count == 0)
        }
    }
}
