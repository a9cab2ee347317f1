import Foundation
import SandboxHub
import Subprocess
import SystemPackage
import TestSupport
import Testing

/// If the history can't be written, nothing is rotated; the daemon goes on when it can.
@Suite(.timeLimit(.minutes(5)))
struct StorageTroubleTests {
    @Test(.enabled(if: getuid() == 0, "needs root, to mount a small file system"))
    func fullDiskStopsRotationsAndRoomLetsThemGoOn() async throws {
        try await World.with(hub: "rate_limit: 1000/s") { world in
            try await world.withSmallDisk("4M") { disk in
                try await world.schedule("fills", every: "1s")
                try await world.withDaemon { daemon in
                    try await eventually("it rotates") { world.patches("fills").count >= 2 }
                    let ballast = try Self.fill(disk)
                    // What was under way when the disk became full has ended by then.
                    try await Self.untilRefused(2, world)
                    let before = world.hub.received.filter { $0.method == "PATCH" }.count
                    try await Self.untilRefused(4, world)
                    #expect(world.hub.received.filter { $0.method == "PATCH" }.count == before)
                    #expect(kill(daemon.pid, 0) == 0)
                    let refused = try await world.run("schedule", "pause", "fills")
                    #expect(refused.status == 74)
                    #expect(refused.errors.contains("the disk is full"))
                    unlink(ballast)
                    try await eventually("it goes on") {
                        world.hub.received.filter { $0.method == "PATCH" }.count > before + 1
                    }
                }
                let database = "\(disk)/rotator.db"
                #expect(try await Oracle.sqlite(database, "PRAGMA integrity_check") == "ok")
                let doubled = "SELECT count(*) - count(DISTINCT slot) FROM rotations WHERE outcome = 'succeeded'"
                #expect(try await Oracle.sqlite(database, doubled) == "0")
            }
        }
    }

    /// Returns once the daemon has tried so often to begin something, each time five seconds after the last one.
    private static func untilRefused(_ count: Int, _ world: World) async throws {
        try await eventually("the history could not be written \(count) times") {
            try world.log.matches(of: #/the history can't be written/#).count >= count
        }
    }

    /// Writes until nothing fits any more.
    private static func fill(_ folder: String) throws -> String {
        let path = "\(folder)/ballast"
        let file = try FileDescriptor.open(FilePath(path), .writeOnly, options: [.create], permissions: .ownerReadWrite)
        defer { try? file.close() }
        for size in [65_536, 4096, 512, 1] {
            let block = [UInt8](repeating: 0, count: size)
            while (try? file.writeAll(block)) != nil {}
        }
        return path
    }

    /// Whatever is due, a hub that refuses the token sees it at most twice; renewed, it lets a thousand rotations through,
    /// each of them once.
    @Test func refusedTokenIsShownTwiceAtTheMostWhateverIsDue() async throws {
        let secrets = (0..<1000).map { "s\($0)" }
        try await World.with(hub: "rate_limit: 10000/s, max_in_flight: 16") { world in
            for secret in secrets { world.hub.create(secret, value: "old") }
            let entries = secrets.map { "  - {secret: \($0), every: 30d, generator: token}\n" }.joined()
            let apply = ["schedule", "apply", "-f", "-"]
            #expect(try await world.run(apply, input: "schedules:\n" + entries).status == 0)
            try world.folder.write("wrong\n", to: "token")
            try await world.withDaemon { daemon in
                try await world.expect(0, "rotate-now", "--all")
                try await eventually("the hub is suspended") { try await world.events().contains("hub.suspended") }
                #expect(world.hub.received.count <= 2)
                try world.folder.write(world.token + "\n", to: "token")
                daemon.send(SIGHUP)
                let succeeded = "SELECT count(*) FROM rotations WHERE outcome = 'succeeded'"
                let database = world.folder.file("rotator.db")
                try await eventually("some succeed") {
                    try #require(Int(try await Oracle.sqlite(database, succeeded))) > 200
                }
                // Revoked in the middle: what is under way can't be called back, nothing else is sent.
                world.hub.revoke(world.token)
                try await eventually("it is suspended again") {
                    try await world.events().filter { $0 == "hub.suspended" }.count == 2
                }
                let refused = world.hub.received.filter { !$0.applied && $0.method != "GET" }.count
                #expect(refused <= 16)
                world.hub.accept(world.token)
                daemon.send(SIGHUP)
                try await eventually("all succeed", within: .seconds(120)) {
                    try await Oracle.sqlite(database, succeeded) == "1000"
                }
            }
            let doubled = secrets.filter { world.patches($0).filter(\.applied).count != 1 }
            #expect(doubled.isEmpty)
        }
    }
}
