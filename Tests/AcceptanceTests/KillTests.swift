import Foundation
import SQLite
import SandboxHub
import TestSupport
import Testing

/// The real executable, killed again and again: no value is lost, none doubled, nothing stays open.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct KillTests {
    /// More than are in flight at once.
    private static let secrets = (0..<80).map { "k\($0)" }

    /// 200 kills at any moment, half of them from the first instruction on, half of them at work with 64 in flight, while the
    /// hub drops and delays.
    @Test func twoHundredKillsLoseAndDoubleNothing() async throws {
        try await World.with(timeout: "1s", hub: "rate_limit: 1000/s, max_in_flight: 64") { world in
            try await Self.schedule(Self.secrets, world)
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
            // On a busy machine the lives may have been too short for some.
            try await world.withDaemon { _ in
                try await eventually("each has been rotated") {
                    Set(world.hub.received.filter { $0.method == "PATCH" }.compactMap(\.alias)).count
                        == Self.secrets.count
                }
            }
            try await Self.expectNothingLostOrDoubled(world, Self.secrets)
            #expect(try await Self.count("SELECT count(*) FROM rotations", world) >= 50)
            // Kills that have hit something: some of them a rotation, some of these after an attempt had begun.
            let hits = try await Self.count(Self.hits, world)
            let ambiguous = try await Self.count(Self.ambiguous, world)
            print("\(hits) kills hit open rotations; \(ambiguous) attempts were cut off")
            #expect(hits >= 20)
            #expect(ambiguous >= 3)
        }
    }

    /// All at once, each second.
    private static func schedule(_ secrets: [String], _ world: World) async throws {
        for secret in secrets { world.hub.create(secret, value: "set by hand") }
        let lines = secrets.map { "  - {secret: \($0), every: 1s, generator: password}\n" }
        try world.folder.write("schedules:\n" + lines.joined(), to: "s.yaml")
        try await world.expect(0, "schedule", "apply", "-f", world.folder.file("s.yaml"))
    }

    private static func count(_ question: String, _ world: World) async throws -> Int {
        try #require(Int(try await Oracle.sqlite(world.folder.file("rotator.db"), question)))
    }

    /// Starts of the daemon at which a rotation was open.
    private static let hits = """
        SELECT count(*) FROM audit_entries AS start WHERE event = 'daemon.started' AND EXISTS (
            SELECT 1 FROM rotation_history WHERE opened_at < start.time AND coalesce(ended_at, '9') > start.time)
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

    /// How many rows of a table or view each secret has.
    private static func counts(_ table: String, _ database: String) async throws -> [String: Int] {
        let rows = try await Oracle.sqlite(database, "SELECT alias, count(*) FROM \(table) GROUP BY alias")
        let pairs = rows.split(separator: "\n").map { $0.split(separator: "|") }
        return Dictionary(uniqueKeysWithValues: try pairs.map { (String($0[0]), try #require(Int($0[1]))) })
    }

    /// Lets a last daemon finish what is open, and holds the hub against the history.
    private static func expectNothingLostOrDoubled(_ world: World, _ secrets: [String]) async throws {
        let database = world.folder.file("rotator.db")
        let paused = try await world.run(["schedule", "pause"] + secrets)
        #expect(paused.status == 0, "\(paused.errors)")
        try await world.withDaemon { _ in
            let left = """
                SELECT (SELECT count(*) FROM requests WHERE rotation IS NULL)
                    + (SELECT count(*) FROM rotations WHERE closed_at IS NULL)
                """
            do {
                try await eventually("nothing is open") { try await Oracle.sqlite(database, left) == "0" }
            } catch {
                let rows = """
                    SELECT * FROM requests WHERE rotation IS NULL;
                    SELECT * FROM rotations WHERE closed_at IS NULL
                    """
                Issue.record("left: \(try await Oracle.sqlite(database, rows))")
                throw error
            }
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
        let rotations = try await counts("rotations", database)
        let attempts = try await counts("attempt_history", database)
        let received = Dictionary(grouping: world.hub.received.filter { $0.method == "PATCH" }) { $0.alias ?? "" }
        for secret in secrets {
            let patches = received[secret] ?? []
            // One value for each rotation, no PATCH that nobody recorded, and the hub holds the last one.
            #expect(!patches.isEmpty, "\(secret)")
            #expect(Set(patches.map(\.value)).count <= rotations[secret] ?? 0, "\(secret)")
            #expect(patches.count <= attempts[secret] ?? 0, "\(secret)")
            let isHeld = world.hub.value(of: secret) == patches.last?.value
            #expect(isHeld, "\(secret)")
        }
    }
}
