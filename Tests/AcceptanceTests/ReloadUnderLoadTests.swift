import Foundation
import SandboxHub
import TestSupport
import Testing

/// HUP while rotations are under way.
@Suite(.timeLimit(.minutes(5)))
struct ReloadUnderLoadTests {
    private static let secrets = (1...60).map { "s\($0)" }
    private static let newRate = 20

    @Test func reloadLosesAndDoublesNothingAndIsInForce() async throws {
        try await World.with(hub: "rate_limit: 1000/s, max_in_flight: 16") { world in
            for secret in Self.secrets { world.hub.create(secret, value: "old") }
            let entries = Self.secrets.map { "  - {secret: \($0), every: 30d, generator: token}\n" }.joined()
            let file = "schedules:\n" + entries
            #expect(try await world.run(["schedule", "apply", "-f", "-"], input: file).status == 0)
            // Slow enough that many are under way when the signal comes.
            world.hub.inject([SandboxFault(.slow, method: "PATCH", times: 20, delay: 400)])
            let renewed = "tok-\(UUID().uuidString)"
            let reloadedAt = try await Self.rotateAndReload(world, renewed: renewed)
            try await Self.expectOneRotationEach(world)
            Self.expectNewRate(world, since: reloadedAt)
            // The old token was revoked: what came later was let in with the new one. A request that was just about to be
            // sent then met 401, and was sent once more.
            let late = world.hub.received.filter { $0.time > reloadedAt + 2000 }
            #expect(late.count > Self.newRate)
            let areAllAccepted = late.allSatisfy(\.applied)
            #expect(areAllAccepted)
            #expect(try await world.events().filter { $0 == "configuration.loaded" }.count == 2)
        }
    }

    /// - Returns: When the new configuration was in force, Unix time in milliseconds.
    private static func rotateAndReload(_ world: World, renewed: String) async throws -> Int64 {
        let (times, tell) = AsyncStream.makeStream(of: Int64.self)
        try await world.withDaemon { daemon in
            try await world.expect(0, "rotate-now", "--all")
            try await eventually("some are under way") { world.hub.received.count { $0.method == "PATCH" } >= 5 }
            // Both tokens are good for a moment, as with a token that is renewed in time.
            world.hub.accept(renewed)
            let text = try world.folder.read("config.yaml")
            try world.folder.write(text.replacing("1000/s", with: "\(newRate)/s"), to: "config.yaml")
            try world.folder.write(renewed + "\n", to: "token")
            daemon.send(SIGHUP)
            let loaded = "SELECT count(*) FROM audit_entries WHERE event = 'configuration.loaded'"
            try await eventually("it is loaded") {
                try await Oracle.sqlite(world.folder.file("rotator.db"), loaded) == "2"
            }
            world.hub.revoke(world.token)
            tell.yield(Int64(Date().timeIntervalSince1970 * 1000))
            tell.finish()
            try await eventually("all have ended") {
                let open = "SELECT count(*) FROM rotations WHERE closed_at IS NOT NULL"
                return try await Oracle.sqlite(world.folder.file("rotator.db"), open) == "\(secrets.count)"
            }
        }
        for await time in times { return time }
        return 0
    }

    private static func expectOneRotationEach(_ world: World) async throws {
        for secret in secrets {
            let patches = world.patches(secret)
            #expect(patches.filter(\.applied).count == 1, "\(secret)")
            #expect(Set(patches.map(\.value)).count == 1, "\(secret)")
            let isHeld = world.hub.value(of: secret) == patches.first?.value
            #expect(isHeld, "\(secret)")
            #expect(try await world.events(secret).filter { $0 == "rotation.succeeded" }.count == 1)
        }
    }

    /// Once what was under way has ended, no second sees more than the rate and the burst of one second.
    private static func expectNewRate(_ world: World, since start: Int64) {
        let settled = start + 2000
        let times = world.hub.received.map(\.time).filter { $0 > settled }.sorted()
        #expect(times.count > newRate)
        for (index, time) in times.enumerated() {
            let inSecond = times[index...].prefix { $0 < time + 1000 }.count
            #expect(inSecond <= 2 * newRate)
        }
    }
}
