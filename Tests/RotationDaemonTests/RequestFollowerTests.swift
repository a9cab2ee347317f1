import ControlAPI
import RotationCore
import Scheduling
import TestSupport
import Testing

@testable import RotationDaemon

/// What a caller who waits is told, by what is committed.
struct RequestFollowerTests {
    private static let now = Instant(milliseconds: 1_795_435_200_000)

    private static func id(_ number: UInt64) -> RotationID {
        RotationID(milliseconds: now.rawValue, random: SeededRandom(seed: number))
    }

    private static func secret(_ alias: String = "a") throws -> SecretName {
        try EngineWorld.schedule(alias, now: now).secret
    }

    private static func queued(_ request: UInt64, _ alias: String = "a") throws -> RequestProgress {
        RequestProgress(request: id(request), secret: try secret(alias), state: "queued", isOver: false)
    }

    private static func rotation(_ number: UInt64, _ state: RotationState = RotationState()) throws -> RotationProgress
    {
        let schedule = try EngineWorld.schedule("a", now: now)
        var rotation = Rotation(opening: schedule, id: id(number), trigger: .rotateNow, now: now)
        rotation.state = state
        return RotationProgress(rotation, outcome: state.ending.map { .init($0) }, failure: nil)
    }

    private static func commit(
        _ number: Int64,
        requests: [Commit.RequestChange] = [],
        rotations: [RotationProgress] = []
    ) -> Commit {
        var changes = Commit.Changes()
        (changes.requests, changes.rotations) = (requests, rotations)
        return Commit(number: number, changes: changes)
    }

    private static let closed = RotationState(phase: .closed, tally: .init(), wakeAt: nil)

    /// A request is told from its opening to its end; the claim's own commit both serves and opens.
    @Test func requestIsToldUntilItsRotationIsClosed() throws {
        var follower = RequestFollower()
        follower.add([try Self.queued(1)], at: 5)
        #expect(follower.takeUpdates().map(\.state) == ["queued"])
        let secret = try Self.secret()
        follower.take(
            Self.commit(6, requests: [.served(secret, by: Self.id(9))], rotations: [try Self.rotation(9)])
        )
        let claimed = follower.takeUpdates()
        #expect(claimed.map(\.state) == ["claimed"])
        #expect(claimed.first?.rotation == Self.id(9))
        #expect(!follower.isOver)
        follower.take(Self.commit(7, rotations: [try Self.rotation(9, Self.closed)]))
        #expect(follower.takeUpdates().map(\.state) == ["closed"])
        #expect(follower.isOver)
        #expect(follower.takeUpdates().isEmpty)
    }

    /// A commit that the snapshot shows already served an earlier request for the secret.
    @Test(arguments: [Int64(3), 5])
    func commitBeforeTheSnapshotIsNotAboutTheRequest(number: Int64) throws {
        var follower = RequestFollower()
        follower.add([try Self.queued(1)], at: 5)
        _ = follower.takeUpdates()
        let secret = try Self.secret()
        let old = Self.commit(number, requests: [.served(secret, by: Self.id(8))], rotations: [try Self.rotation(8)])
        follower.take(old)
        follower.take(Self.commit(number, requests: [.dropped(secret)]))
        #expect(follower.takeUpdates().isEmpty)
        follower.take(
            Self.commit(6, requests: [.served(secret, by: Self.id(9))], rotations: [try Self.rotation(9)])
        )
        #expect(follower.takeUpdates().first?.rotation == Self.id(9))
    }

    /// A rotation that is replaced gives its requests to the next one.
    @Test func replacedRotationLeavesItsRequestQueued() throws {
        var follower = RequestFollower()
        follower.add([try Self.queued(1), try Self.queued(2, "b")], at: 0)
        let secret = try Self.secret()
        for (number, rotation) in [(Int64(1), UInt64(8)), (3, 9)] {
            let served = Commit.RequestChange.served(secret, by: Self.id(rotation))
            follower.take(Self.commit(number, requests: [served], rotations: [try Self.rotation(rotation)]))
            if rotation == 8 { follower.take(Self.commit(2, requests: [.released(secret, by: Self.id(8))])) }
        }
        #expect(follower.takeUpdates().map(\.rotation) == [Self.id(9), nil])
        follower.take(Self.commit(4, requests: [.dropped(try Self.secret("b"))]))
        #expect(follower.takeUpdates().map(\.state) == ["dropped"])
        #expect(!follower.isOver)
    }

    /// What waits for a person is the last that comes.
    @Test func parkedRotationIsTheEndOfTheWait() throws {
        var follower = RequestFollower()
        follower.add([try Self.queued(1)], at: 0)
        let parked = RotationState(phase: .parked(.withdrawal), tally: .init(), wakeAt: nil)
        let served = Commit.RequestChange.served(try Self.secret(), by: Self.id(9))
        follower.take(Self.commit(1, requests: [served], rotations: [try Self.rotation(9, parked)]))
        #expect(follower.isOver)
    }
}
