import SandboxHub
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5)))
struct ScheduledRotationTests {
    @Test func shortPeriodRotatesAndLongOneDoesNot() async throws {
        try await World.with { world in
            try await world.schedule("fast", every: "2s")
            try await world.schedule("slow", every: "30d")
            let status = try await world.withDaemon { _ in
                try await eventually("two rotations") { world.patches("fast").count >= 2 }
            }
            #expect(status == 0)
            let patches = world.patches("fast")
            let areBare = patches.allSatisfy { $0.keys == ["alias", "value"] && $0.context == "acme" }
            #expect(areBare)
            #expect(Set(patches.map(\.value)).count == patches.count)
            #expect(world.patches("slow").isEmpty)
            #expect(world.hub.value(of: "slow") == "set by hand")
        }
    }

    @Test func descriptionAndWorkspacesAreSentOnlyWhereTheScheduleSaysSo() async throws {
        try await World.with { world in
            let options = ["--description", "Billing", "--allowed-workspaces", "[billing]"]
            try await world.schedule("described", every: "30d", options: options)
            try await world.withDaemon { _ in
                try await world.expect(0, "rotate-now", "described", "--wait")
            }
            let keys = try #require(world.patches("described").first?.keys)
            #expect(keys == ["alias", "allowed_workspaces", "allowed_workspaces_type", "description", "value"])
        }
    }

    @Test func restartWithNothingDueRotatesNothing() async throws {
        try await World.with { world in
            try await world.schedule("calm", every: "30d")
            for _ in 0..<3 {
                try await world.withDaemon { _ in
                    // A command's round trip gives the daemon's first pass its time.
                    _ = try await world.run("status")
                }
            }
            #expect(world.patches("calm").isEmpty)
            let events = try await world.events()
            #expect(events.filter { $0 == "daemon.started" }.count == 3)
            #expect(events.filter { $0 == "daemon.stopped" }.count == 3)
            #expect(!events.contains("rotation.opened"))
        }
    }

    @Test func pausedScheduleRestsUntilItIsResumed() async throws {
        try await World.with { world in
            try await world.schedule("rested", "awake", every: "1s")
            try await world.expect(0, "schedule", "pause", "rested", "--reason", "freeze")
            try await world.withDaemon { _ in
                try await eventually("awake rotated twice") { world.patches("awake").count >= 2 }
                #expect(world.patches("rested").isEmpty)
                try await world.expect(0, "schedule", "resume", "rested")
                try await eventually("rested rotates again") { !world.patches("rested").isEmpty }
            }
        }
    }
}
