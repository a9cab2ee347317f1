import Foundation
import SQLite
import SandboxHub
import Synchronization
import TestSupport
import Testing

/// The real executable, killed again and again: no value is lost, none doubled, nothing stays open.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct KillTests {
    private static let secrets = ["k0", "k1", "k2", "k3"]

    /// 200 kills at any moment, from the first instruction on, while the hub drops and delays.
    @Test func twoHundredKillsLoseAndDoubleNothing() async throws {
        try await World.with(timeout: "1s", hub: "rate_limit: 1000/s") { world in
            for secret in Self.secrets { try await world.schedule(secret, every: "1s") }
            var seed = SplitMix64(seed: UInt64(getpid()))
            print("seed \(getpid())")
            for life in 1...200 {
                if life.isMultiple(of: 5) { Self.trouble(world.hub, &seed) }
                try await world.killedDaemon(after: .milliseconds(Int.random(in: 0...450, using: &seed)))
            }
            world.hub.clearFaults()
            try await Self.expectNothingLostOrDoubled(world, Self.secrets)
            let counts = try await Oracle.sqlite(world.folder.file("rotator.db"), "SELECT count(*) FROM rotations")
            #expect(try #require(Int(counts)) >= 50)
        }
    }

    private static func trouble(_ hub: SandboxHub, _ seed: inout SplitMix64) {
        let faults: [SandboxFault] = [
            SandboxFault(.dropBefore, method: "PATCH"), SandboxFault(.dropAfter, method: "PATCH"),
            SandboxFault(.slow, method: "PATCH", delay: 1200), SandboxFault(.slow, method: "GET", delay: 200),
            SandboxFault(.status(503), method: "PATCH"), SandboxFault(.legacyError, method: "PATCH"),
        ]
        if let fault = faults.randomElement(using: &seed) { hub.inject([fault]) }
    }

    /// Where the rotation stands when the daemon is killed: the test takes the database's write lock between two of the
    /// daemon's transactions, which holds it there, and kills it then.
    @Test(arguments: ["claimed", "staged", "delivering", "delivered", "succeeded"])
    func killAtANamedStepIsResumed(phase: String) async throws {
        try await World.with { world in
            try await world.schedule("held", every: "30d")
            let caught = Mutex(false)
            for _ in 0..<20 where !caught.withLock({ $0 }) {
                try await world.expect(0, "rotate-now", "held")
                try await world.withDaemon { daemon in
                    let isCaught = try await Self.kill(daemon, at: phase, world)
                    caught.withLock { $0 = isCaught }
                    if isCaught { return }
                    try await eventually("it ended") {
                        try await world.run("rotation", "list", "--open", "--json").objects.isEmpty
                    }
                }
            }
            #expect(caught.withLock { $0 }, "\(phase) was never seen")
            try await Self.expectNothingLostOrDoubled(world, ["held"])
        }
    }

    /// - Returns: Whether the daemon was killed in the phase; false where its rotation had passed it.
    private static func kill(_ daemon: RunningDaemon, at phase: String, _ world: World) async throws -> Bool {
        let connection = try Connection(path: world.folder.file("rotator.db"), mode: .readWrite, busyTimeout: 0)
        defer { connection.close() }
        let deadline = ContinuousClock.now + .seconds(10)
        while ContinuousClock.now < deadline {
            // The other tests need these threads too: none is kept while it waits.
            try await Task.sleep(for: .microseconds(100))
            do { try connection.execute("BEGIN IMMEDIATE") } catch { continue }
            let present: String? = try connection.first(
                "SELECT phase FROM rotations WHERE closed_at IS NULL LIMIT 1"
            ) { row throws(SQLiteError) in try row.get(0) }
            let waiting: Int? = try connection.first("SELECT count(*) FROM requests WHERE rotation IS NULL") {
                row throws(SQLiteError) in try row.get(0)
            }
            if present == phase { daemon.send(SIGKILL) }
            try connection.execute("COMMIT")
            if present == phase { return true }
            if present == nil && waiting == 0 { return false }
        }
        return false
    }

    /// Lets a last daemon finish what is open, and holds the hub against the history.
    private static func expectNothingLostOrDoubled(_ world: World, _ secrets: [String]) async throws {
        let database = world.folder.file("rotator.db")
        for secret in secrets { _ = try await world.run("schedule", "pause", secret) }
        try await world.withDaemon { _ in
            let left = """
                SELECT (SELECT count(*) FROM requests WHERE rotation IS NULL)
                    + (SELECT count(*) FROM rotations WHERE closed_at IS NULL)
                """
            try await eventually("nothing is open") { try await Oracle.sqlite(database, left) == "0" }
        }
        let questions = [
            "PRAGMA integrity_check": "ok",
            "SELECT count(*) FROM rotations WHERE outcome IS NOT 'succeeded'": "0",
            // Each rotation ended once in the history, and each PATCH has its entry.
            """
            SELECT count(*) FROM (SELECT rotation FROM audit_entries WHERE event IN
                ('rotation.succeeded', 'rotation.failed', 'rotation.abandoned') GROUP BY rotation HAVING count(*) > 1)
            """: "0",
            "SELECT count(*) FROM audit_entries WHERE event = 'rotation.attempted'":
                try await Oracle.sqlite(database, "SELECT count(*) FROM attempts"),
        ]
        for (question, answer) in questions { #expect(try await Oracle.sqlite(database, question) == answer) }
        let candidates = world.folder.file("rotator.db.candidates")
        #expect(try await Oracle.sqlite(candidates, "SELECT count(*) FROM candidates") == "0")
        #expect(try await Oracle.sqlite(candidates, "PRAGMA integrity_check") == "ok")
        for secret in secrets {
            let patches = world.patches(secret)
            let rotations = try await Oracle.sqlite(
                database,
                "SELECT count(*) FROM rotations WHERE alias = '\(secret)'"
            )
            let attempts = try await Oracle.sqlite(
                database,
                "SELECT count(*) FROM attempt_history WHERE alias = '\(secret)'"
            )
            // One value for each rotation, no PATCH that nobody recorded, and the hub holds the last one.
            #expect(Set(patches.map(\.value)).count <= Int(rotations) ?? 0, "\(secret)")
            #expect(patches.count <= Int(attempts) ?? 0, "\(secret)")
            let isHeld = patches.last.map { world.hub.value(of: secret) == $0.value } ?? true
            #expect(isHeld, "\(secret)")
        }
    }
}
