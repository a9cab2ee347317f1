import Foundation
import RotationDaemon
import SandboxHub
import TestSupport
import Testing

/// Commands against a daemon that is starting, stopping, stopped by SIGSTOP, or gone: no hang, no lost request, the
/// documented exit status.
@Suite(.timeLimit(.minutes(5)))
struct DaemonStateTests {
    /// Runs a command, and expects it to end within its patience.
    private static func expect(_ status: Int32, _ world: World, _ arguments: String...) async throws -> String {
        let start = ContinuousClock.now
        let outcome = try await world.run(arguments)
        #expect(outcome.status == status, "\(arguments): \(outcome.errors)")
        #expect(ContinuousClock.now - start < .seconds(60), "\(arguments)")
        return outcome.errors
    }

    private static func waiting(_ world: World) async throws -> String {
        try await Oracle.sqlite(
            world.folder.file("rotator.db"),
            "SELECT count(*) FROM requests WHERE rotation IS NULL"
        )
    }

    /// A daemon that holds the lock and does not become ready: reading works, changing says who is in the way.
    @Test func startingForEver() async throws {
        try await World.with { world in
            try await world.schedule("held", every: "30d")
            let lock = try DaemonLock(database: world.folder.file("rotator.db"), role: .starting)
            async let pause = Self.expect(69, world, "schedule", "pause", "held")
            async let request = Self.expect(69, world, "rotate-now", "held")
            async let list = Self.expect(0, world, "schedule", "list")
            async let status = Self.expect(69, world, "status")
            async let second = Self.expect(75, world, "daemon")
            #expect(try await pause.contains("held by process \(getpid()) (starting), which can't be reached"))
            #expect(try await request.contains("(starting)"))
            #expect(
                try await status
                    == "error: the daemon is stopped, or not ready yet: no process listens at "
                    + "\(world.folder.file("control.sock")): systemctl status secret-rotator, or secret-rotator daemon\n"
            )
            #expect(try await second.contains("held by process \(getpid())"))
            _ = try await list
            withExtendedLifetime(lock) {}
            #expect(try await Self.waiting(world) == "0")
        }
    }

    /// A command that comes while a daemon starts waits for it, and is served.
    @Test func startingAndThenReady() async throws {
        try await World.with { world in
            try await world.schedule("held", every: "30d")
            var lock: DaemonLock? = try DaemonLock(database: world.folder.file("rotator.db"), role: .starting)
            let tries = try OpenWatch(world.folder.file("rotator.db.lock"))
            async let request = world.run("rotate-now", "held")
            try await eventually("the command has been refused the lock, and tries again") { tries.count >= 2 }
            withExtendedLifetime(lock) {}
            lock = nil
            #expect(try await request.status == 0)
            try await world.withDaemon { _ in
                try await eventually("it is served") { try await world.events("held").contains("rotation.succeeded") }
            }
        }
    }

    /// A daemon that ends what is in flight still takes requests in, and the next one serves them.
    @Test func stopping() async throws {
        try await World.with(timeout: "20s") { world in
            try await world.schedule("slow", "other", every: "30d")
            world.hub.inject([SandboxFault(.slow, method: "PATCH", alias: "slow", delay: 4000)])
            try await world.withDaemon { daemon in
                try await world.expect(0, "rotate-now", "slow")
                try await eventually("the attempt is under way") {
                    try await world.events("slow").contains("rotation.attempted")
                }
                daemon.send(SIGTERM)
                try await eventually("it is stopping") {
                    try world.folder.read("rotator.db.lock").hasSuffix("stopping\n")
                }
                try await world.expect(0, "rotate-now", "other")
                try await world.expect(69, "rotate-now", "other", "--wait")
                let status = try await world.run("status", "--json")
                #expect(status.status == 69 && status.objects.first?["daemon"] as? String == "stopping")
            }
            #expect(try await world.events("slow").contains("rotation.delivered"))
            #expect(try await Self.waiting(world) == "1")
            try await world.withDaemon { _ in
                try await eventually("it is served") { try await world.events("other").contains("rotation.succeeded") }
            }
            #expect(try await world.events("slow").contains("rotation.succeeded"))
            #expect(world.patches("slow").count == 1 && world.patches("other").count == 1)
        }
    }

    /// A daemon that SIGSTOP holds: what changes something gives up, and nothing is written behind its back.
    @Test func heldBySIGSTOP() async throws {
        try await World.with { world in
            try await world.schedule("held", every: "30d")
            try await world.withDaemon { daemon in
                daemon.send(SIGSTOP)
                async let pause = Self.expect(69, world, "schedule", "pause", "held")
                async let wait = Self.expect(69, world, "rotate-now", "held", "--wait")
                async let secrets = Self.expect(69, world, "secret", "list")
                async let list = Self.expect(0, world, "schedule", "list")
                async let status = Self.expect(69, world, "status")
                #expect(try await status.contains("the daemon is hanging"))
                #expect(try await pause.contains("does not answer"))
                _ = try await (wait, secrets, list)
                daemon.send(SIGCONT)
                // What it had received meanwhile it may do now: a request that was not confirmed is never doubled.
                try await world.expect(0, "status")
            }
            #expect(world.patches("held").count <= 1)
        }
    }

    /// A daemon that was killed leaves a socket and a lock's file behind: nobody is fooled by them.
    @Test func goneWithoutAWord() async throws {
        try await World.with { world in
            try await world.schedule("held", every: "30d")
            try await world.withDaemon { daemon in daemon.send(SIGKILL) }
            #expect(FileManager.default.fileExists(atPath: world.folder.file("control.sock")))
            try await world.expect(69, "status")
            try await world.expect(69, "rotate-now", "held", "--wait")
            try await world.expect(0, "rotate-now", "held")
            try await world.expect(0, "schedule", "pause", "held")
            try await world.expect(0, "check")
            #expect(try await Self.waiting(world) == "1")
            try await world.withDaemon { _ in
                try await eventually("it is served") { try await world.events("held").contains("rotation.succeeded") }
            }
        }
    }
}
