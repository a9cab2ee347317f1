import SandboxHub
import TestSupport
import Testing

/// A host without a network: the hub is reached through a proxy on a Unix socket.
@Suite(.timeLimit(.minutes(5)))
struct HubSocketTests {
    @Test func rotationGoesThroughTheSocket() async throws {
        try await World.withTLS(isBehindSocket: true) { world in
            try await world.schedule("a", every: "30d")
            try await world.expect(0, "check")
            try await world.withDaemon { _ in
                try await world.expect(0, "rotate-now", "a", "--wait")
                try await world.expect(0, "drift")
            }
            #expect(world.hub.value(of: "a") == world.patches("a").last?.value)
        }
    }

    /// What could never be reached is told before the daemon is without a network.
    @Test func whatNeedsANetworkIsRefused() async throws {
        try await World.withTLS(isBehindSocket: true) { world in
            let witness = try await world.run(
                "keygen",
                "witness",
                "--output",
                world.folder.file("w.key"),
                "--origin",
                "w1"
            )
            let log = try await world.run("keygen", "audit", "--output", world.folder.file("a.key"), "--origin", "log")
            #expect(witness.status == 0 && log.status == 0)
            let vkey = witness.output.split(separator: "\n").first ?? ""
            let keys = "keys: {staging: \"file:\(world.folder.file("staging.key"))\""
            let text = try world.folder.read("config.yaml")
                .replacing(keys, with: "\(keys), audit: \"file:\(world.folder.file("a.key"))\"")
            let audit = "audit: {origin: log, witnesses: [{url: \"https://w1.example\", key: \"\(vkey)\"}]}\n"
            try world.folder.write(text + audit, to: "config.yaml")
            let checked = try await world.run("check")
            #expect(checked.status == 1 && checked.output.contains("needs a network"), "\(checked)")
        }
    }
}
