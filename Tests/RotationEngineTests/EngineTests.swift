import RotationCore
import RotationEngine
import RotationStore
import Scheduling
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5)))
struct EngineTests {
    @Test func nothingRotatesBeforeItsSlotAndThenOnce() async throws {
        try await EngineWorld.with("a") { world in
            try await eventually("the alarm is set") { world.alarm.instant != nil }
            #expect(world.alarm.instant == world.clock.now.advanced(by: .seconds(3600)))
            #expect(world.hub.sentCount("a") == 0)
            try world.ring()
            try await eventually("it succeeded") { try world.entries("rotation.succeeded") == 1 }
            #expect(world.hub.sentCount("a") == 1)
            #expect(!world.hub.sentMore)
            try await eventually("the next slot is armed") {
                world.alarm.instant == world.clock.now.advanced(by: .seconds(3600))
            }
        }
    }

    @Test func backOffIsPersistedAndArmed() async throws {
        try await EngineWorld.with("a") { world in
            world.hub.script(.fail(HubError(.unavailable, status: 503)), .applyThenFail(HubError(.timedOut)))
            try world.request("a")
            for attempt in 1...2 {
                try await eventually("attempt \(attempt) is put off") {
                    let instant = world.alarm.instant ?? world.clock.now
                    return try world.entries("rotation.deferred") == attempt && instant > world.clock.now
                        && instant < world.clock.now.advanced(by: .seconds(10))
                }
                try world.ring()
            }
            try await eventually("it succeeded") { try world.entries("rotation.succeeded") == 1 }
            #expect(world.hub.sentCount("a") == 3)
            #expect(world.hub.distinctValues("a") == 1)
            #expect(world.hub.holdsLastSent("a"))
        }
    }

    @Test func rejectedTokenSuspendsTheHubAndOneProbeResumesIt() async throws {
        try await EngineWorld.with("a", "b", "c") { world in
            world.hub.scriptLists(HubError(.unauthorized, status: 401))
            try world.request("a")
            try await eventually("it is suspended") { try world.entries("hub.suspended") == 1 }
            let calls = world.hub.listCalls
            try world.request("b")
            try world.request("c")
            try await eventually("only the probe is armed") {
                world.alarm.instant == world.clock.now.advanced(by: HubStatus.firstProbe)
            }
            #expect(world.hub.listCalls == calls)
            try world.ring()
            try await eventually("all succeed") { try world.entries("rotation.succeeded") == 3 }
            #expect(try world.entries("hub.resumed") == 1)
        }
    }

    @Test func throttledHubPausesAsAWhole() async throws {
        try await EngineWorld.with("a", "b") { world in
            world.hub.script(.fail(HubError(.throttled, status: 429, retryAfter: .seconds(90))))
            try world.request("a")
            let until = world.clock.now.advanced(by: .seconds(90))
            try await eventually("the pause is armed") { world.alarm.instant == until }
            try world.request("b")
            try await world.untilLooked()
            #expect(world.hub.sentCount("b") == 0)
            try world.ring()
            let secret = SecretName(hub: "h", alias: try #require(SecretAlias("b")))
            try await eventually("b succeeds") {
                try world.history { try $0.rotations(secret: secret, limit: 10) }
                    .contains { $0.storedOutcome == "succeeded" && $0.isConfirmed == true }
            }
            // Nothing was begun while the hub rested, whenever that would have been seen.
            let rotations = try world.history { try $0.rotations(secret: secret, limit: 10) }
            #expect(rotations.map(\.rotation.openedAt) == [until])
            #expect(world.hub.sentCount("b") == 1)
        }
    }

    @Test func historyThatCannotBeWrittenStopsEverything() async throws {
        let breakLog = "CREATE TRIGGER full BEFORE INSERT ON audit_log BEGIN SELECT RAISE(ABORT, 'full'); END"
        try await EngineWorld.with("a") { world in
            try await eventually("the alarm is set") { world.alarm.instant != nil }
            try await world.execute(breakLog)
            try world.ring()
            try await eventually("the engine waits for storage") {
                world.alarm.instant == world.clock.now.advanced(by: .seconds(5))
            }
            #expect(world.hub.sentCount("a") == 0)
            #expect(world.hub.listCalls == 0)
            #expect(try world.history { try $0.rotations() }.isEmpty)
            try await world.execute("DROP TRIGGER full")
            try world.ring()
            try await eventually("it succeeds") { try world.entries("rotation.succeeded") == 1 }
        }
    }

    @Test(arguments: ["generator = 'junk'", "next_due = -9223372036854775808", "owner = CAST(x'ff' AS TEXT)"])
    func rowThatCannotBeReadStopsNobodyElse(_ damage: String) async throws {
        try await EngineWorld.with("a", "b") { world in
            try await eventually("the alarm is set") { world.alarm.instant != nil }
            try await world.execute("UPDATE schedules SET \(damage) WHERE alias = 'a'")
            try world.ring()
            try await eventually("b succeeds") { try world.entries("rotation.succeeded") == 1 }
            #expect(world.hub.sentCount("a") == 0)
            #expect(world.hub.sentCount("b") == 1)
        }
    }

    @Test func signalRequestsEachScheduleOnce() async throws {
        try await EngineWorld.with("a", "b") { world in
            try await world.engine.requestAll(overdueOnly: false)
            try await world.engine.requestAll(overdueOnly: true)
            try await eventually("both succeed") { try world.entries("rotation.succeeded") == 2 }
            #expect(world.hub.sentCount("a") == 1)
            #expect(world.hub.sentCount("b") == 1)
        }
    }

    @Test func manySecretsAtOnceAreRotatedOnceEach() async throws {
        let aliases = (0..<60).map { "s\($0)" }
        try await EngineWorld.with(aliases) { world in
            try await world.engine.requestAll(overdueOnly: false)
            try await eventually("all succeed") { try world.entries("rotation.succeeded") >= aliases.count }
            #expect(aliases.filter { world.hub.sentCount($0) != 1 } == [])
            #expect(try world.entries("rotation.succeeded") == aliases.count)
            #expect(try world.entries("rotation.opened") == aliases.count)
        }
    }

    @Test func storageThatReadsButDoesNotWriteIsNotAskedWithoutEnd() async throws {
        try await EngineWorld.with(["a", "b", "c"], moreHubs: 3) { world in
            try await eventually("the alarm is set") { world.alarm.instant != nil }
            try await world.execute(
                "CREATE TRIGGER full BEFORE INSERT ON rotations BEGIN SELECT RAISE(ABORT, 'full'); END"
            )
            try world.ring()
            let until = world.clock.now.advanced(by: .seconds(5))
            try await eventually("the engine waits for storage") { world.alarm.instant == until }
            // Each look is one pass, but for the ends of what was under way.
            let (looks, underWay) = (20, 3)
            let begun = world.engine.progress.begun
            for _ in 0..<looks { try await world.untilLooked() }
            #expect(world.engine.progress.begun - begun <= looks + underWay)
            #expect(world.alarm.instant == until)
        }
    }

    @Test func secretThatTheHubDoesNotHaveFailsAndIsPutOff() async throws {
        try await EngineWorld.with("a") { world in
            world.hub.remove("a")
            try world.request("a")
            try await eventually("it failed") { try world.entries("rotation.failed") == 1 }
            #expect(world.hub.sentCount("a") == 0)
            let schedule = try #require(try world.history { try $0.schedules() }.first)
            #expect(schedule.failures == 1)
            #expect(schedule.nextDue == world.clock.now.advanced(by: .seconds(60)))
        }
    }
}
