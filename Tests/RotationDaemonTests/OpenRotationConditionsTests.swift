import Notifications
import RotationCore
import RotationStore
import Scheduling
import TestSupport
import Testing
import ValueGenerators

@testable import RotationDaemon

/// The conditions of rotations that wait for a person.
@Suite(.timeLimit(.minutes(5)))
struct OpenRotationConditionsTests {
    /// What leads to a condition.
    struct Story: Sendable, CustomTestStringConvertible {
        /// The condition, as `KIND PROBLEM`.
        var condition: String
        /// The events of a rotation, in the batches in which they become durable.
        var batches: [[RotationEvent]]

        var testDescription: String { condition }
    }

    private static let delivered = RotationEvent.attemptEnded(.delivered(Receipt(status: 200)))
    private static let stories = [
        // The hub refuses the value after an attempt that may have had an effect.
        Story(
            condition: "parked rotation_parked",
            batches: [
                [.generated, .staged, .listed(updatedAt: 1), .attemptStarted],
                [.attemptEnded(.failed(HubError(.timedOut)))], [.attemptStarted],
                [.attemptEnded(.failed(HubError(.rejected, status: 400)))],
            ]
        ),
        // The hub lists the secret without an instant of its update.
        Story(
            condition: "held finish_held",
            batches: [[.generated, .staged, .listed(updatedAt: nil), .attemptStarted], [delivered]]
        ),
        Story(
            condition: "held finish_failed",
            batches: [
                [.generated, .staged, .listed(updatedAt: 1), .attemptStarted], [delivered, .listed(updatedAt: 2)],
                [.generatorFailed(.permanent(StepFailure(.finish, .exited(1)), explanation: nil))],
            ]
        ),
    ]

    @Test(arguments: stories)
    func rotationThatWaitsForAPersonIsOne(story: Story) async throws {
        try await TemporaryFolder.with { folder in
            let files = try DaemonFolder(folder, port: 9)
            try files.schedule("db_password", isDue: true)
            let rotation = try await Self.play(story, files)
            let history = try History(path: folder.file("rotator.db"), generators: BuiltInGenerators())
            defer { history.close() }
            let conditions = try OpenConditions(history, files.configuration(), now: SystemClock().now)
            let open = conditions.all.values.map { "\($0.kind.rawValue) \($0.problem)" }
            #expect(open == [story.condition])
            let condition = try #require(conditions.all.values.first)
            #expect(condition.subject == "h/db_password" && condition.occurrence == rotation.id.rawValue)
            #expect(condition.since.map { $0 >= rotation.openedAt } == true)
        }
    }

    /// Records the story of a rotation.
    private static func play(_ story: Story, _ files: DaemonFolder) async throws -> Rotation {
        let store = try RotationStore(
            path: files.folder.file("rotator.db"),
            key: EngineWorld.makeKey(),
            origin: Host.origin(),
            clock: SystemClock(),
            random: SystemRandom(),
            generators: BuiltInGenerators()
        )
        let result: Result<Rotation, any Error>
        do { result = .success(try await record(story, store)) } catch { result = .failure(error) }
        await store.close()
        return try result.get()
    }

    private static func record(_ story: Story, _ store: RotationStore) async throws -> Rotation {
        let now = SystemClock().now
        let secret = SecretName(hub: "h", alias: try #require(SecretAlias("db_password")))
        let id = RotationID(milliseconds: now.rawValue, random: SystemRandom())
        let claim = Claim(secret: secret, trigger: .rotateNow, id: id, now: now)
        var rotation = try #require(try await store.claim(claim))
        let plan = RotationPlan(retry: .standard, confirm: true, steps: [.finish])
        for batch in story.batches {
            let events = batch.map { RotationAdvance.Happening($0, at: now) }
            rotation = try await store.advance(
                RotationAdvance(of: rotation, seen: rotation.state, events, plan: plan, trigger: rotation.trigger)
            )
        }
        return rotation
    }
}
