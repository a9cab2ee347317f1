import RotationCore
import RotationEngine
import RotationStore
import Scheduling
import Synchronization
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

    /// After a pause one list is sent, not the queue; another 429 pauses twice as long.
    @Test func pauseEndsWithOneListAndTheNextIsTwiceAsLong() async throws {
        try await EngineWorld.with(Self.many) { world in
            let throttled = HubError(.throttled, status: 429, retryAfter: .seconds(90))
            world.hub.scriptLists(throttled, throttled)
            try await world.engine.requestAll(overdueOnly: false)
            let first = world.clock.now.advanced(by: .seconds(90))
            try await eventually("the pause is armed") { world.alarm.instant == first }
            #expect(world.hub.listCalls == 1)
            try world.ring()
            let second = first.advanced(by: .seconds(180))
            try await eventually("the second pause is armed") { world.alarm.instant == second }
            #expect(world.hub.listCalls == 2)
            // The list was the probe's: no other rotation has begun.
            #expect(try world.entries("rotation.opened") == 1)
            try world.ring()
            try await eventually("the others succeed") {
                try world.entries("rotation.succeeded") >= Self.many.count - 1
            }
            #expect(try await world.store.hubStatus("h") == .available)
            #expect(try world.entries("hub.suspended") == 0)
        }
    }

    /// What was said before counts until an update has succeeded: the rotation that goes ahead meets 429 again.
    @Test func throttledUpdateAfterAPauseDoublesIt() async throws {
        try await EngineWorld.with(Self.many) { world in
            let throttled = HubError(.throttled, status: 429, retryAfter: .seconds(10))
            world.hub.script(.fail(throttled), .fail(throttled))
            try world.request("s0")
            let first = world.clock.now.advanced(by: .seconds(10))
            try await eventually("the pause is armed") { world.alarm.instant == first }
            for alias in Self.many.dropFirst() { try world.request(alias) }
            try world.ring()
            try await eventually("it is paused again") {
                guard case .paused(let pause) = try await world.store.hubStatus("h") else { return false }
                return pause.length == .seconds(20)
            }
            #expect(Self.many.map { world.hub.sentCount($0) }.reduce(0, +) == 2)
        }
    }

    /// A hub that refuses lists can't be probed by one: a rotation goes ahead.
    @Test func hubThatRefusesListsIsProbedByARotation() async throws {
        try await EngineWorld.with("a", "b") { world in
            for _ in 0..<100 { world.hub.scriptLists(HubError(.forbidden, status: 403)) }
            world.hub.script(.fail(HubError(.throttled, status: 429, retryAfter: .seconds(10))))
            try world.request("a")
            let until = world.clock.now.advanced(by: .seconds(10))
            try await eventually("the pause is armed") { world.alarm.instant == until }
            try world.request("b")
            try world.ring()
            try await eventually("b succeeds") { world.hub.holdsLastSent("b") && world.hub.sentCount("b") == 1 }
            try await eventually("it is available") { try await world.store.hubStatus("h") == .available }
        }
    }

    /// A person's word ends the pause, and one request goes ahead of all.
    @Test func resumedHubIsSpokenToAtOnce() async throws {
        try await EngineWorld.with(Self.many) { world in
            let throttled = HubError(.throttled, status: 429, retryAfter: .seconds(86_400))
            world.hub.scriptLists(throttled, throttled)
            try await world.engine.requestAll(overdueOnly: false)
            let until = world.clock.now.advanced(by: EngineWorld.retry.retryAfterCap)
            try await eventually("the pause is armed") { world.alarm.instant == until }
            let now = world.clock.now
            let resume = {
                _ = try await world.store.withLedger {
                    try $0.resumeHub("h", reason: "r", actor: .daemon, now: now)
                }
            }
            try await resume()
            world.engine.wake()
            try await eventually("one went ahead, and met it again") { world.hub.listCalls == 2 }
            try await eventually("it is paused again") {
                if case .paused = try await world.store.hubStatus("h") { true } else { false }
            }
            try await world.untilLooked()
            #expect(world.hub.listCalls == 2)
            try await resume()
            world.engine.wake()
            try await eventually("all succeed") { try world.entries("rotation.succeeded") == Self.many.count }
        }
    }

    /// Retires the old credential at the second try.
    private final class SlowFinisher: ValueGenerator {
        private let base: any ValueGenerator
        private let tries = Mutex(0)

        init(_ base: any ValueGenerator) { self.base = base }

        var steps: Set<GeneratorStep> { [.finish] }

        func generate(_ context: GeneratorContext) async throws(GeneratorError) -> GeneratedValue {
            try await base.generate(context)
        }

        func perform(
            _ step: GeneratorStep,
            _ made: GeneratedValue,
            _ context: GeneratorContext
        ) async throws(GeneratorError) {
            let count = tries.withLock { tries in
                tries += 1
                return tries
            }
            if count == 1 { throw .tryAgain }
        }
    }

    /// What needs no hub goes on while that is suspended.
    @Test func finishDoesNotWaitForASuspendedHub() async throws {
        let finishers = Mutex<[GeneratorSpecification: SlowFinisher]>([:])
        let make: Engine.MakeGenerator = { specification in
            finishers.withLock { finishers in
                if let known = finishers[specification] { return known }
                let made = SlowFinisher(specification.makeGenerator(random: SystemRandom()) { 0 })
                finishers[specification] = made
                return made
            }
        }
        try await EngineWorld.with(["a", "b"], makeGenerator: make) { world in
            try world.request("a")
            try await eventually("finish is put off") {
                try world.entries("rotation.succeeded") == 1 && world.entries("rotation.deferred") == 1
            }
            world.hub.scriptLists(HubError(.unauthorized, status: 401))
            try world.request("b")
            try await eventually("it is suspended") { try world.entries("hub.suspended") == 1 }
            let calls = world.hub.listCalls
            world.clock.advance(by: .seconds(10))
            world.engine.wake()
            try await eventually("a is closed") {
                try world.history { try $0.rotations(openOnly: true) }.map(\.rotation.secret.alias.text) == ["b"]
            }
            #expect(world.hub.listCalls == calls)
            #expect(try world.entries("hub.resumed") == 0)
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
            let ledger = try Ledger(
                path: world.path,
                origin: EngineWorld.origin,
                mayMigrate: false,
                generators: BuiltInGenerators()
            )
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
