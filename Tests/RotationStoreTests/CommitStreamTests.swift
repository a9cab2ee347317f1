import RotationCore
import Scheduling
import TestSupport
import Testing

@testable import RotationStore

/// What the store publishes: what is durable, and all of it.
struct StoreStreamTests {
    private static func commits(_ stream: CommitStream, after position: Int64) async -> [Commit] {
        guard stream.position != position, case .commits(let commits) = await stream.next(after: position) else {
            return []
        }
        return commits
    }

    /// The position after a commit of the store's own: the fixture has written beside it.
    private static func position(_ fixture: StoreFixture) async throws -> Int64 {
        try await fixture.store.append(
            AuditEntry(Audit.DaemonStarted(pid: 1, landlock: 0), time: fixture.clock.now.rfc3339, actor: .daemon)
        )
        return fixture.store.stream.position
    }

    private static func lastLine(_ fixture: StoreFixture) throws -> [String] {
        let ledger = try fixture.ledger()
        defer { ledger.close() }
        var lines: [String] = []
        try ledger.history.auditLines { lines = [$0] }
        return lines
    }

    @Test func commitTellsRotationScheduleAndEntries() async throws {
        try await StoreFixture.with { fixture async throws in
            let stream = fixture.store.stream
            let start = try await Self.position(fixture)
            let rotation = try await fixture.opened()
            let opened = await Self.commits(stream, after: start)
            #expect(opened.map(\.number) == [start + 1])
            let changes = try #require(opened.first).changes
            #expect(changes.rotations == [RotationProgress(rotation, outcome: nil, failure: nil)])
            #expect(changes.schedules == [rotation.secret])
            let last = try Self.lastLine(fixture)
            #expect(changes.entries.map(\.line) == last)
            try await fixture.end(rotation)
            let ended = await Self.commits(stream, after: start + 1).flatMap(\.changes.rotations)
            #expect(ended.last?.isClosed == true)
            #expect(ended.last?.outcome == .succeeded)
        }
    }

    /// A change that is refused publishes nothing, though others of its transaction were written before it.
    @Test func whatIsUndoneIsNotPublished() async throws {
        try await StoreFixture.with { fixture async throws in
            let (stream, name) = (fixture.store.stream, try fixture.name())
            let start = try await Self.position(fixture)
            await #expect(throws: Ledger.Refusal.notPaused(name)) {
                try await fixture.store.withLedger { try $0.resume([name], actor: .daemon, now: fixture.clock.now) }
            }
            let pause = Schedule.Pause(since: fixture.clock.now)
            let missing = try fixture.name("missing")
            await #expect(throws: Ledger.Refusal.noSchedule(missing)) {
                try await fixture.store.withLedger { _ = try $0.pause([name, missing], pause, actor: .daemon) }
            }
            #expect(stream.position == start)
            try await fixture.store.withLedger { _ = try $0.pause([name], pause, actor: .daemon) }
            let commits = await Self.commits(stream, after: start)
            #expect(commits.map(\.changes.schedules) == [[name]])
            #expect(commits.map(\.changes.entries.count) == [1])
        }
    }

    /// A member that fails leaves the others' changes, and none of its own.
    @Test func memberThatFailsIsNotInTheCommitOfItsBatch() async throws {
        try await StoreFixture.with { fixture async throws in
            let stream = fixture.store.stream
            let rotation = try await fixture.opened()
            let start = try await Self.position(fixture)
            async let first = fixture.advance(rotation, [.generated, .staged])
            async let second = fixture.advance(rotation, [.generated, .staged])
            var failures = 0
            do { _ = try await first } catch is StaleRotation { failures += 1 }
            do { _ = try await second } catch is StaleRotation { failures += 1 }
            #expect(failures == 1)
            let changes = await Self.commits(stream, after: start).map(\.changes)
            #expect(changes.flatMap(\.rotations).map(\.phase) == ["staged"])
            #expect(changes.flatMap(\.entries).count == 1)
        }
    }

    /// A position outlives the daemon: what was committed before it is not taken for news, nor news for it.
    @Test func positionGoesOnAfterARestart() async throws {
        try await StoreFixture.with { fixture async throws in
            let rotation = try await fixture.opened()
            let position = fixture.store.stream.position
            #expect(position > 0)
            await fixture.store.close()
            let again = try fixture.reopened()
            #expect(again.stream.position == position)
            try await again.put(rotation)
            #expect(again.stream.position == position + 1)
            await again.close()
        }
    }
}
