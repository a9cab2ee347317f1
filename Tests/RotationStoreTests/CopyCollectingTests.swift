import RotationCore
import SQLite
import Synchronization
import TestSupport
import Testing

@testable import RotationStore

/// The copier takes in what is committed at any time: also during a turn, and before the stream forgets it.
@Suite(.timeLimit(.minutes(1)))
struct CopyCollectingTests {
    /// Writes beside the store, and publishes what the test says.
    private final class Writer: Sendable {
        let database: String
        let secret: SecretName
        /// It keeps three commits.
        let stream: CommitStream
        /// How often the next turn still asks for the disk's room before a change; nil for none.
        private let remaining = Mutex<Int?>(nil)

        init(_ fixture: StoreFixture) throws {
            (database, secret) = (fixture.folder.file("rotator.db"), try fixture.name())
            let connection = try Connection(path: database, mode: .readOnly)
            defer { connection.close() }
            stream = CommitStream(position: try FenceTable.commits(in: connection), capacity: 3)
        }

        /// Changes the schedule of `h/a`, by a commit that names it.
        func change(to owner: String) throws {
            let connection = try Connection(path: database, mode: .readWrite)
            defer { connection.close() }
            try connection.run("UPDATE schedules SET owner = ?1 WHERE alias = ?2", owner, secret.alias.text)
            guard let number = try FenceTable.countCommit(in: connection) else { return }
            var changes = Commit.Changes()
            changes.schedules = [secret]
            stream.publish(Commit(number: number, changes: changes))
        }

        /// Has the next turn meet a change to "during".
        ///
        /// The disk's room is asked for before the draft is opened, and then in each step of reading one state of the original.
        func changesDuringNextTurn() { remaining.withLock { $0 = 2 } }

        /// Stands for the disk's room.
        func changeDuringTurn() -> DiskSpace? {
            let isDue = remaining.withLock { remaining in
                guard let count = remaining else { return false }
                remaining = count > 0 ? count - 1 : nil
                return count == 0
            }
            if isDue { do { try change(to: "during") } catch { Issue.record(error) } }
            return nil
        }
    }

    private static func differences(_ fixture: StoreFixture) throws -> [String] {
        try CopyComparison.differences(fixture.folder.file("rotator.db"))
    }

    private static func owner(in copy: HistoryCopy) throws -> String? {
        let connection = try Connection(path: copy.path, mode: .readOnly)
        defer { connection.close() }
        return try connection.first("SELECT owner FROM schedules WHERE alias = 'a'") { row throws(SQLiteError) in
            try row.get(0)
        }
    }

    /// A running copier makes the next turn by itself: there may be no other commit for long.
    @Test func lastCommitThatATurnCollectsIsNotLeftUncopied() async throws {
        try await StoreFixture.with { fixture async throws in
            let writer = try Writer(fixture)
            writer.changesDuringNextTurn()
            let copier = HistoryCopier(
                of: writer.database,
                stream: writer.stream,
                clock: fixture.clock,
                space: { _ in writer.changeDuringTurn() },
                pause: { _ in }
            )
            let running = Task { await copier.run() }
            defer { running.cancel() }
            try await eventually("it is copied") {
                (try? Self.owner(in: HistoryCopy(of: writer.database))) == "during"
            }
        }
    }

    @Test func whatIsCommittedDuringATurnIsInTheNextOne() async throws {
        try await StoreFixture.with { fixture async throws in
            let writer = try Writer(fixture)
            let copier = HistoryCopier(
                of: writer.database,
                stream: writer.stream,
                clock: fixture.clock,
                space: { _ in writer.changeDuringTurn() }
            )
            // Both files are there after two turns.
            for owner in ["zeroth", "first"] {
                try writer.change(to: owner)
                await copier.collect()
                #expect(await copier.bringUpToDate())
            }
            try writer.change(to: "third")
            await copier.collect()
            writer.changesDuringNextTurn()
            #expect(await copier.bringUpToDate())
            #expect(try Self.owner(in: HistoryCopy(of: writer.database)) == "third")
            #expect(try Self.differences(fixture).contains("schedules"))
            #expect(await copier.bringUpToDate())
            #expect(try Self.differences(fixture) == [])
        }
    }

    /// A stream that has forgotten commits has the copier compare all rows, so that it is later still with its next turn.
    @Test func streamForgetsNothingBetweenTwoTurns() async throws {
        try await StoreFixture.with { fixture async throws in
            try fixture.add("b") { _ in }
            let writer = try Writer(fixture)
            let (slices, ticks) = AsyncStream.makeStream(of: Duration.self)
            let copier = HistoryCopier(
                of: writer.database,
                stream: writer.stream,
                clock: fixture.clock,
                pause: { slice in
                    do { for owner in ["a", "b"] { try writer.change(to: owner) } } catch { Issue.record(error) }
                    ticks.yield(slice)
                }
            )
            for owner in ["zeroth", "first"] {
                try writer.change(to: owner)
                await copier.collect()
                #expect(await copier.bringUpToDate())
            }
            // No commit names it: only a turn that compares all rows would find it.
            let connection = try Connection(path: writer.database, mode: .readWrite)
            try connection.run("UPDATE schedules SET owner = 'nobody' WHERE alias = 'b'")
            connection.close()
            #expect(try Self.differences(fixture) == ["schedules"])
            try writer.change(to: "second")
            let running = Task { await copier.run() }
            defer { running.cancel() }
            // Its first turn needs no pause.
            try await eventually("it is copied") { try Self.owner(in: HistoryCopy(of: writer.database)) == "second" }
            try writer.change(to: "third")
            var slice = slices.makeAsyncIterator()
            for _ in 0..<HistoryCopier.slices { #expect(await slice.next() == HistoryCopier.slice) }
            running.cancel()
            await running.value
            #expect(try Self.differences(fixture) == ["schedules"])
        }
    }
}
