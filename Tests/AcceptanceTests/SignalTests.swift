import Foundation
import SandboxHub
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5)))
struct SignalTests {
    @Test func usr1RotatesAllButThePaused() async throws {
        try await World.with { world in
            try await world.schedule("one", "two", "resting", every: "30d")
            try await world.run("schedule", "pause", "resting")
            try await world.withDaemon { daemon in
                daemon.send(SIGUSR1)
                try await eventually("both rotated") { !world.patches("one").isEmpty && !world.patches("two").isEmpty }
            }
            #expect(world.patches("resting").isEmpty)
            let requested = try await world.audit().filter { $0["event"] as? String == "rotation.requested" }
            #expect(requested.count == 2)
            let kinds = Set(requested.compactMap { ($0["actor"] as? [String: Any])?["kind"] as? String })
            #expect(kinds == ["signal"])
        }
    }

    @Test func quickSignalsNeverDoubleARotation() async throws {
        try await World.with { world in
            try await world.schedule("once", every: "30d")
            world.hub.inject([SandboxFault(.slow, method: "PATCH", delay: 500)])
            try await world.withDaemon { daemon in
                for _ in 0..<100 { daemon.send(SIGUSR1) }
                try await eventually("it rotated") { try await world.events("once").contains("rotation.succeeded") }
            }
            let opened = try await world.events("once").filter { $0 == "rotation.opened" }.count
            #expect(world.patches("once").count == opened)
            #expect(opened == 1)
        }
    }

    @Test func secondDaemonExitsWith75AndNamesTheFirst() async throws {
        try await World.with { world in
            try await world.withDaemon { daemon in
                let second = try await world.run("daemon")
                #expect(second.status == 75)
                #expect(second.errors.contains("process \(daemon.pid)"))
                try await world.expect(0, "status")
            }
        }
    }

    @Test func reloadKeepsTheOldConfigurationWhereTheNewOneIsInvalid() async throws {
        try await World.with { world in
            try await world.schedule("steady", every: "30d")
            let valid = try world.folder.read("config.yaml")
            try await world.withDaemon { daemon in
                try world.folder.write(valid + "tyop: 1\n", to: "config.yaml")
                daemon.send(SIGHUP)
                let question = "SELECT count(*) FROM audit_entries WHERE event = 'configuration.rejected'"
                try await eventually("it is rejected") {
                    try await Oracle.sqlite(world.folder.file("rotator.db"), question) == "1"
                }
                try world.folder.write(valid, to: "config.yaml")
                try await world.expect(0, "rotate-now", "steady", "--wait")
            }
            #expect(world.patches("steady").count == 1)
        }
    }

    @Test func revokedTokenSuspendsTheHubAndAReloadedOneResumesIt() async throws {
        try await World.with { world in
            try await world.schedule("guarded", every: "30d")
            try world.folder.write("wrong\n", to: "token")
            try await world.withDaemon { daemon in
                try await world.expect(0, "rotate-now", "guarded")
                try await eventually("the hub is suspended") { try await world.events().contains("hub.suspended") }
                try await world.expect(1, "status")
                #expect(world.hub.received.count <= 2)
                try world.folder.write(world.token + "\n", to: "token")
                daemon.send(SIGHUP)
                try await eventually("it succeeds") { try await world.events("guarded").contains("rotation.succeeded") }
            }
            #expect(try await world.events().contains("hub.resumed"))
            #expect(world.patches("guarded").filter(\.applied).count == 1)
        }
    }

    @Test func killedDaemonGoesOnWithTheSameValue() async throws {
        try await World.with { world in
            try await world.schedule("crashed", every: "30d")
            world.hub.inject([SandboxFault(.slow, method: "PATCH", delay: 1500)])
            try await world.withDaemon { daemon in
                try await world.expect(0, "rotate-now", "crashed")
                try await eventually("the attempt is recorded") {
                    try await world.events("crashed").contains("rotation.attempted")
                }
                daemon.send(SIGKILL)
            }
            try await world.withDaemon { _ in
                try await eventually("it succeeds") { try await world.events("crashed").contains("rotation.succeeded") }
            }
            let values = world.patches("crashed").map(\.value)
            #expect(values.count >= 1)
            #expect(Set(values).count == 1)
            let isHeld = world.hub.value(of: "crashed") == values.first
            #expect(isHeld)
            #expect(try await world.events("crashed").filter { $0 == "rotation.succeeded" }.count == 1)
        }
    }
}
