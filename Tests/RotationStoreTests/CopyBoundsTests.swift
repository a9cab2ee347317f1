import Foundation
import Glibc
import RotationCore
import SQLite
import Scheduling
import Synchronization
import TestSupport
import Testing
import ValueGenerators

@testable import RotationStore

/// What bounds the auditors' copy: the original that it belongs to, the disk's room, its time and its memory.
@Suite(.timeLimit(.minutes(2)))
struct CopyBoundsTests {
    /// A copier's ports, in a test's hands.
    private final class Ports: Sendable {
        /// How often each was asked.
        let asked = Mutex((place: 0, space: 0))
        let isInPlace = Mutex<@Sendable (Int) -> Bool>({ _ in true })
        let space = Mutex<@Sendable (Int) -> DiskSpace?>({ _ in nil })

        func reset() { asked.withLock { $0 = (0, 0) } }

        func copier(_ fixture: StoreFixture, lastTurn: Duration = .seconds(5)) -> HistoryCopier {
            HistoryCopier(
                of: fixture.folder.file("rotator.db"),
                stream: fixture.store.stream,
                clock: fixture.clock,
                isInPlace: { [self] in
                    let count = asked.withLock {
                        $0.place += 1
                        return $0.place
                    }
                    return isInPlace.withLock { $0 }(count)
                },
                space: { [self] _ in
                    let count = asked.withLock {
                        $0.space += 1
                        return $0.space
                    }
                    return space.withLock { $0 }(count)
                },
                lastTurn: lastTurn
            )
        }
    }

    /// What readers find, and what else is in the folder.
    private struct Folder: Equatable {
        var inode: UInt64
        var head: Int64?
        var hasDraft: Bool

        init(_ fixture: StoreFixture) throws {
            let copy = HistoryCopy(of: fixture.folder.file("rotator.db"))
            var status = stat()
            inode = stat(copy.path, &status) == 0 ? UInt64(status.st_ino) : 0
            hasDraft = access(copy.folder + "/.rotator-history.next", F_OK) == 0
            guard inode != 0 else { return }
            let connection = try Connection(path: copy.path, mode: .readOnly)
            defer { connection.close() }
            head = try HistoryCopy.standing(in: connection).head
        }
    }

    @discardableResult
    private static func turn(_ copier: HistoryCopier) async -> Bool {
        await copier.collect()
        return await copier.bringUpToDate()
    }

    private static func differences(_ fixture: StoreFixture) throws -> [String] {
        try CopyComparison.differences(fixture.folder.file("rotator.db"))
    }

    private static func commit(_ fixture: StoreFixture) async throws {
        let entry = AuditEntry(Audit.DaemonStopped(), time: fixture.clock.now.rfc3339, actor: .daemon)
        try await fixture.store.append(entry)
    }

    // MARK: The original

    /// Whatever is put in the original's place: nothing of it is published, and it is not the copy's problem.
    @Test func fileInTheOriginalsPlaceIsNotCopied() async throws {
        try await StoreFixture.with { fixture async throws in
            let ports = Ports()
            ports.isInPlace.withLock { [store = fixture.store] in $0 = { _ in store.replaced == nil } }
            let copier = ports.copier(fixture)
            #expect(await Self.turn(copier))
            let before = try Folder(fixture)
            try await Self.commit(fixture)
            // An older state of the same history, and another history.
            let (database, aside) = (fixture.folder.file("rotator.db"), fixture.folder.file("aside"))
            try fixture.execute("VACUUM INTO '\(fixture.folder.file("older"))'")
            let other = fixture.folder.file("other")
            try Ledger(path: other, origin: EngineWorld.origin, mayMigrate: true, generators: BuiltInGenerators())
                .close()
            for suffix in ["", "-wal", "-shm"] { rename(database + suffix, aside + suffix) }
            for replacement in [nil, "older", "other"] {
                if let replacement { link(fixture.folder.file(replacement), database) }
                #expect(await !Self.turn(copier), "\(replacement ?? "none")")
                #expect(copier.trouble == nil)
                let now = try Folder(fixture)
                #expect(now.inode == before.inode && now.head == before.head && !now.hasDraft)
                for suffix in ["", "-wal", "-shm"] { unlink(database + suffix) }
            }
            for suffix in ["", "-wal", "-shm"] { rename(aside + suffix, database + suffix) }
            // What it lacked before is remembered, and no commit follows.
            #expect(await copier.bringUpToDate())
            #expect(try Self.differences(fixture) == [])
        }
    }

    /// At whichever moment the original is replaced: what was read is not published.
    @Test func originalThatGoesAwayDuringATurnIsNotCopied() async throws {
        try await StoreFixture.with { fixture async throws in
            let ports = Ports()
            let copier = ports.copier(fixture)
            #expect(await Self.turn(copier))
            ports.reset()
            try await Self.commit(fixture)
            #expect(await Self.turn(copier))
            let looks = ports.asked.withLock { $0.place }
            #expect(looks >= 4)
            let before = try Folder(fixture)
            try await Self.commit(fixture)
            for look in 1...looks {
                ports.reset()
                ports.isInPlace.withLock { $0 = { $0 < look } }
                #expect(await !Self.turn(copier), "look \(look)")
                #expect(copier.trouble == nil)
                let now = try Folder(fixture)
                #expect(now.inode == before.inode && now.head == before.head && !now.hasDraft)
            }
            ports.isInPlace.withLock { $0 = { _ in true } }
            #expect(await copier.bringUpToDate())
            #expect(try Self.differences(fixture) == [])
        }
    }

    /// Even where the path has led to the original at each look: it is known by its file and by its commits.
    @Test func olderStateIsKnownByItsCommits() async throws {
        try await StoreFixture.with { fixture async throws in
            let copier = Ports().copier(fixture)
            #expect(await Self.turn(copier))
            let before = try Folder(fixture)
            try fixture.execute("VACUUM INTO '\(fixture.folder.file("older"))'")
            try await Self.commit(fixture)
            let (database, aside) = (fixture.folder.file("rotator.db"), fixture.folder.file("aside"))
            for suffix in ["", "-wal", "-shm"] { rename(database + suffix, aside + suffix) }
            link(fixture.folder.file("older"), database)
            #expect(await !Self.turn(copier))
            #expect(try Folder(fixture).inode == before.inode)
            for suffix in ["", "-wal", "-shm"] {
                unlink(database + suffix)
                rename(aside + suffix, database + suffix)
            }
            #expect(await copier.bringUpToDate())
            #expect(try Self.differences(fixture) == [])
        }
    }

    /// While the original is away it is looked for again and again, though nothing is committed.
    @Test func originalThatIsBackIsFoundWithoutACommit() async throws {
        try await StoreFixture.with { fixture async throws in
            let isInPlace = Mutex(false)
            let (pauses, ticks) = AsyncStream.makeStream(of: Duration.self)
            let copier = HistoryCopier(
                of: fixture.folder.file("rotator.db"),
                stream: fixture.store.stream,
                clock: fixture.clock,
                isInPlace: { isInPlace.withLock { $0 } },
                pause: { ticks.yield($0) }
            )
            let running = Task { await copier.run() }
            var pause = pauses.makeAsyncIterator()
            for _ in 0..<3 { #expect(await pause.next() == HistoryCopier.retry) }
            #expect(copier.trouble == nil)
            isInPlace.withLock { $0 = true }
            try await eventually("there is a copy") { (try? Self.differences(fixture)) == [] }
            running.cancel()
            await running.value
        }
    }

    // MARK: The disk's room

    @Test(
        arguments: [
            (size: 100 << 20, reserve: 64 << 20), (size: 2000 << 20, reserve: 100 << 20),
            (size: 1 << 40, reserve: 1 << 30),
        ] as [(size: Int64, reserve: Int64)]
    )
    func reserveIsAPartOfTheDiskWithinBounds(size: Int64, reserve: Int64) {
        #expect(DiskSpace(free: 0, size: size).reserve == reserve)
    }

    /// A disk that is nearly full is left to the database, and `status` says so.
    @Test func copyLeavesAReserveToTheDatabase() async throws {
        try await StoreFixture.with { fixture async throws in
            let ports = Ports()
            let copier = ports.copier(fixture)
            let reserve = DiskSpace(free: 0, size: 1 << 30).reserve
            // Room for the reserve, and for nothing else.
            ports.space.withLock { $0 = { _ in DiskSpace(free: reserve + 100, size: 1 << 30) } }
            #expect(await !Self.turn(copier))
            #expect(copier.trouble?.text.contains("64 MiB are free: the copy needs 1 MiB and leaves 64 MiB") == true)
            let nothing = try Folder(fixture)
            #expect(nothing.inode == 0 && !nothing.hasDraft)
            ports.space.withLock { $0 = { _ in DiskSpace(free: reserve + 1 << 30, size: 1 << 30) } }
            #expect(await Self.turn(copier))
            #expect(copier.trouble == nil)
            // A disk that becomes full while a draft is written.
            let before = try Folder(fixture)
            for last in 1...4 {
                try await Self.commit(fixture)
                ports.reset()
                ports.space.withLock {
                    $0 = { DiskSpace(free: $0 < last ? reserve + 1 << 30 : reserve - 1, size: 1 << 30) }
                }
                #expect(await !Self.turn(copier), "look \(last)")
                #expect(copier.trouble?.text.contains("MiB are free") == true)
                let now = try Folder(fixture)
                #expect(now.inode == before.inode && now.head == before.head && !now.hasDraft)
            }
            ports.space.withLock { $0 = { _ in nil } }
            #expect(await Self.turn(copier))
            #expect(try Self.differences(fixture) == [])
        }
    }

    // MARK: Its time

    /// A daemon that ends waits for the last turn so long and no longer; readers keep what they have.
    @Test(arguments: [0, 3])
    func turnThatTakesTooLongAtTheEndIsDiscarded(steps: Int) async throws {
        try await StoreFixture.with { fixture async throws in
            let ports = Ports()
            // Each step takes a second.
            ports.space.withLock { [clock = fixture.clock] in
                $0 = { _ in
                    clock.advance(by: .seconds(1))
                    return nil
                }
            }
            let copier = ports.copier(fixture, lastTurn: .seconds(steps))
            #expect(await Self.turn(copier))
            let before = try Folder(fixture)
            try await Self.commit(fixture)
            await copier.collect()
            ports.reset()
            let ending = Task {
                while !Task.isCancelled { await Task.yield() }
                return await copier.bringUpToDate()
            }
            ending.cancel()
            #expect(await !ending.value)
            #expect(ports.asked.withLock { $0.space } <= steps + 1)
            #expect(copier.trouble == nil)
            let now = try Folder(fixture)
            #expect(now.inode == before.inode && now.head == before.head && !now.hasDraft)
        }
    }

    /// A command waits for no more than it was told to.
    @Test func commandsTurnIsBounded() async throws {
        try await StoreFixture.with { fixture async throws in
            let copier = Ports().copier(fixture)
            #expect(await copier.bringUpToDate(within: .zero) == "it would take too long")
            #expect(try Folder(fixture).inode == 0)
            #expect(await copier.bringUpToDate(within: .seconds(2)) == nil)
            #expect(try Self.differences(fixture) == [])
        }
    }

    // MARK: Its memory

    /// Names are kept up to a bound; what is more is compared.
    @Test func scopeKeepsFewNames() throws {
        var scope = CopyScope()
        let random = SeededRandom(seed: 1)
        let alias = try #require(SecretAlias("a"))
        for number in 0..<CopyScope.largestCount {
            #expect(!scope.isWide)
            var changes = Commit.Changes()
            let id = RotationID(milliseconds: Int64(number), random: random)
            changes.requests = [.added(id, SecretName(hub: "h", alias: alias), joined: nil)]
            scope.add(changes)
        }
        #expect(scope.isWide && scope.requests.isEmpty && scope.secrets.isEmpty)
    }

    /// The rows of a secret's requests follow by it alone.
    @Test func eachChangeOfARequestNamesItsSecret() throws {
        let id = RotationID(milliseconds: 1, random: SeededRandom(seed: 1))
        let secret = SecretName(hub: "h", alias: try #require(SecretAlias("a")))
        let requests: [Commit.RequestChange] = [
            .added(id, secret, joined: nil), .served(secret, by: id), .released(secret, by: id), .dropped(secret),
        ]
        for request in requests {
            var (scope, changes) = (CopyScope(), Commit.Changes())
            changes.requests = [request]
            scope.add(changes)
            #expect(scope.secrets == [secret], "\(request)")
        }
    }
}
