import RotationCore
import RotationEngine
import RotationStore
import TestSupport
import Testing

/// Attempts that were recorded and then not sent.
@Suite(.timeLimit(.minutes(5)))
struct UnsentAttemptTests {
    /// What happens between an attempt's record and its request.
    enum Event: CaseIterable {
        case stop
        case fenceLost
        /// And the history can't be written any more, either.
        case fenceLostAndFull
    }

    private static func attempts(_ world: EngineWorld) throws -> [StoredAttempt] {
        try world.history { history in
            try history.rotations().flatMap { try history.attempts(of: $0.rotation.id) }
        }
    }

    private static func hasOpenAttempt(_ world: EngineWorld) -> Bool {
        (try? attempts(world).contains { $0.outcome == nil }) ?? false
    }

    /// The check after the record is the one that finds an attempt without an end.
    private static func prepare(_ event: Event, _ world: EngineWorld) async throws {
        if event == .fenceLostAndFull {
            try await world.execute(
                "CREATE TRIGGER full BEFORE UPDATE ON attempts BEGIN SELECT RAISE(ABORT, 'full'); END"
            )
        }
        world.fenceCheck.set { [weak world] () throws(FenceLost) in
            guard let world, hasOpenAttempt(world) else { return }
            guard event == .stop else { throw .lock(path: "lock") }
            world.engine.stop()
        }
    }

    @Test(arguments: Event.allCases)
    func endsAsNotSentWhereThatCanBeWritten(_ event: Event) async throws {
        try await EngineWorld.with("a") { world in
            try await Self.prepare(event, world)
            try world.request("a")
            let isWritable = event != .fenceLostAndFull
            try await eventually("it has ended") {
                let attempts = try Self.attempts(world)
                if isWritable { return attempts.first?.outcome != nil }
                return !attempts.isEmpty && world.engine.storageTrouble != nil
            }
            let attempt = try #require(try Self.attempts(world).first)
            #expect(attempt.outcome == (isWritable ? "refused" : nil))
            #expect(attempt.error == (isWritable ? "not_sent" : nil))
            #expect(world.hub.sentCount("a") == 0)
        }
    }
}
