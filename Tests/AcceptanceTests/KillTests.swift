import Foundation
import SQLite
import SandboxHub
import TestSupport
import Testing

/// The real executable, killed again and again: no value is lost, none doubled, nothing stays open.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct KillTests {
    private static let secrets = ["k0", "k1", "k2", "k3"]

    /// 200 kills at any moment, half of them from the first instruction on, half of them at work, while the hub drops and
    /// delays.
    @Test func twoHundredKillsLoseAndDoubleNothing() async throws {
        try await World.with(timeout: "1s", hub: "rate_limit: 1000/s") { world in
            for secret in Self.secrets { try await world.schedule(secret, every: "1s") }
            var seed = SplitMix64(seed: UInt64(getpid()))
            print("seed \(getpid())")
            for life in 1...400 {
                // Chance decides what a kill hits: where that was too little, more follow.
                if life > 200, try await Self.count(Self.hits, world) >= 20,
                    try await Self.count(Self.ambiguous, world) >= 3
                {
                    break
                }
                if life.isMultiple(of: 5) { Self.trouble(world.hub, &seed) }
                let delay = Duration.milliseconds(Int.random(in: 0...450, using: &seed))
                try await world.killedDaemon(after: delay, whenReady: life.isMultiple(of: 2))
            }
            world.hub.clearFaults()
            try await Self.expectNothingLostOrDoubled(world, Self.secrets)
            #expect(try await Self.count("SELECT count(*) FROM rotations", world) >= 50)
            // Kills that have hit something: some of them a rotation, some of these after an attempt had begun.
            let hits = try await Self.count(Self.hits, world)
            let ambiguous = try await Self.count(Self.ambiguous, world)
            print("\(hits) kills hit an open rotation, \(ambiguous) an attempt")
            #expect(hits >= 20)
            #expect(ambiguous >= 3)
        }
    }

    private static func count(_ question: String, _ world: World) async throws -> Int {
        try #require(Int(try await Oracle.sqlite(world.folder.file("rotator.db"), question)))
    }

    /// Starts of the daemon at which a rotation was open.
    private static let hits = """
        SELECT count(*) FROM audit_entries AS start WHERE event = 'daemon.started' AND EXISTS (
            SELECT 1 FROM audit_entries AS opened JOIN audit_entries AS ended USING (rotation)
            WHERE opened.event = 'rotation.opened' AND opened.seq < start.seq
                AND ended.event IN ('rotation.succeeded', 'rotation.failed') AND ended.seq > start.seq)
        """

    /// Attempts whose end nobody has seen.
    private static let ambiguous = "SELECT count(*) FROM attempt_history WHERE outcome = 'unknown'"

    private static func trouble(_ hub: SandboxHub, _ seed: inout SplitMix64) {
        let faults: [SandboxFault] = [
            SandboxFault(.dropBefore, method: "PATCH"), SandboxFault(.dropAfter, method: "PATCH"),
            SandboxFault(.slow, method: "PATCH", delay: 1200), SandboxFault(.slow, method: "GET", delay: 200),
            SandboxFault(.status(503), method: "PATCH"), SandboxFault(.legacyError, method: "PATCH"),
        ]
        if let fault = faults.randomElement(using: &seed) { hub.inject([fault]) }
    }

    /// The steps after which a daemon can die, each of them durable before the next is begun.
    enum Step: String, CaseIterable {
        case claimed
        /// The candidate is durable; `staged` becomes so together with the attempt.
        case sealed
        case delivering, delivered, succeeded

        /// The phase that the history has.
        var phase: String { self == .sealed ? "claimed" : rawValue }
    }

    /// No hook in the program holds it at a step: the hub keeps it waiting for an answer, or the test has the lock on the
    /// candidates, which the daemon needs to seal one and to erase it.
    @Test(arguments: Step.allCases)
    func killAtANamedStepIsResumed(step: Step) async throws {
        try await World.with { world in
            try await world.schedule("held", every: "30d")
            try await world.withDaemon { daemon in
                let candidates = try Connection(path: world.folder.file("rotator.db.candidates"), mode: .readWrite)
                defer { candidates.close() }
                if step == .claimed { try candidates.execute("BEGIN IMMEDIATE") }
                if step == .sealed { world.hub.inject([SandboxFault(.slow, method: "GET", delay: 10_000)]) }
                world.hub.inject([SandboxFault(.slow, method: "PATCH", delay: 3000)])
                try await world.expect(0, "rotate-now", "held")
                if step == .delivered || step == .succeeded {
                    try await Self.waitUntil(.delivering, world)
                    // Before the hub has answered.
                    try #require(world.patches("held").isEmpty)
                }
                if step == .delivered { world.hub.inject([SandboxFault(.slow, method: "GET", delay: 10_000)]) }
                if step == .succeeded { try candidates.execute("BEGIN IMMEDIATE") }
                try await Self.waitUntil(step, world)
                daemon.send(SIGKILL)
            }
            world.hub.clearFaults()
            let left = try await Oracle.sqlite(world.folder.file("rotator.db"), Self.openPhase)
            #expect(left == step.phase)
            try await Self.expectNothingLostOrDoubled(world, ["held"])
        }
    }

    private static let openPhase = "SELECT phase FROM rotations WHERE closed_at IS NULL"

    private static func waitUntil(_ step: Step, _ world: World) async throws {
        try await eventually("the rotation is \(step)") {
            let sealed = "SELECT count(*) FROM candidates"
            let isSealed = try await Oracle.sqlite(world.folder.file("rotator.db.candidates"), sealed) == "1"
            let phase = try await Oracle.sqlite(world.folder.file("rotator.db"), openPhase)
            return phase == step.phase && (step != .sealed || isSealed)
        }
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
            #expect(!patches.isEmpty, "\(secret)")
            #expect(Set(patches.map(\.value)).count <= Int(rotations) ?? 0, "\(secret)")
            #expect(patches.count <= Int(attempts) ?? 0, "\(secret)")
            let isHeld = world.hub.value(of: secret) == patches.last?.value
            #expect(isHeld, "\(secret)")
        }
    }
}
