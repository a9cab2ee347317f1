import Foundation
import SandboxHub
import TestSupport
import Testing

/// `status` says what is wrong, since when, and what to do next.
@Suite(.timeLimit(.minutes(5)))
struct StatusTests {
    @Test func failingScheduleIsToldWithItsErrorAndSince() async throws {
        try await World.with { world in
            try await world.schedule("failing", every: "30d")
            world.hub.inject([SandboxFault(.status(400), method: "PATCH", times: 1000)])
            try await world.withDaemon { _ in
                try await world.expect(1, "rotate-now", "failing", "--wait")
                let problem = try await world.problem("schedule_failing")
                #expect(problem["subject"] as? String == "local/failing")
                #expect((problem["text"] as? String)?.contains("last error rejected") == true)
                let failed = try await world.audit().first { $0["event"] as? String == "rotation.failed" }
                #expect(problem["since"] as? String == failed?["time"] as? String)
            }
        }
    }

    @Test func suspendedHubIsToldSinceItWasSuspended() async throws {
        try await World.with { world in
            try await world.schedule("guarded", every: "30d")
            try world.folder.write("wrong\n", to: "token")
            try await world.withDaemon { _ in
                try await world.expect(0, "rotate-now", "guarded")
                let problem = try await world.problem("hub_suspended")
                let suspended = try await world.audit().first { $0["event"] as? String == "hub.suspended" }
                #expect(problem["since"] as? String == suspended?["time"] as? String)
                #expect(
                    (problem["advice"] as? String)?.contains(
                        "renew \(world.folder.file("token")); the daemon reads it again by itself"
                    ) == true
                )
            }
        }
    }

    @Test func parkedRotationIsToldWithTheCommandThatEndsIt() async throws {
        try await World.with { world in
            try await world.schedule("parked", every: "30d")
            world.hub.inject([
                SandboxFault(.dropAfter, method: "PATCH"), SandboxFault(.status(400), method: "PATCH"),
            ])
            try await world.withDaemon { _ in
                _ = try await world.run("rotate-now", "parked", "--wait")
                let problem = try await world.problem("rotation_parked")
                let advice = try #require(problem["advice"] as? String)
                let id = try #require(advice.firstMatch(of: #/rotation abandon ([0-9a-f-]{36})/#)?.1)
                try await world.expect(0, "rotation", "abandon", String(id), "--reason", "looked")
                try await world.expect(0, "status")
            }
        }
    }

    @Test func rejectedConfigurationIsToldUntilAReloadSucceeds() async throws {
        try await World.with { world in
            try await world.schedule("steady", every: "30d")
            let valid = try world.folder.read("config.yaml")
            try await world.withDaemon { daemon in
                try world.folder.write(valid + "retry: {}\n", to: "config.yaml")
                daemon.send(SIGHUP)
                let rejected = "SELECT count(*) FROM audit_entries WHERE event = 'configuration.rejected'"
                try await eventually("it is rejected") {
                    try await Oracle.sqlite(world.folder.file("rotator.db"), rejected) == "1"
                }
                try world.folder.write(valid, to: "config.yaml")
                #expect(try await world.problem("configuration_rejected")["since"] is String)
                daemon.send(SIGHUP)
                try await eventually("it is loaded") {
                    try await world.events().filter { $0 == "configuration.loaded" }.count == 2
                }
                try await world.expect(0, "status")
            }
        }
    }

    @Test func scheduleOfAHubThatIsGoneIsTold() async throws {
        try await World.with { world in
            try await world.schedule("orphan", every: "30d")
            let renamed = try world.folder.read("config.yaml").replacing("  local:", with: "  other:")
            try world.folder.write(renamed, to: "config.yaml")
            try await world.withDaemon { _ in
                let problem = try await world.problem("hub_missing")
                #expect(problem["subject"] as? String == "local/orphan")
            }
        }
    }
}
