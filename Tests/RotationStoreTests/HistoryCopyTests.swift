import Foundation
import Glibc
import RotationCore
import SQLite
import Scheduling
import TestSupport
import Testing
import ValueGenerators

@testable import RotationStore

/// The auditors' copy: what was committed is in it after one turn, and whatever its readers do, nobody waits for them.
@Suite(.timeLimit(.minutes(1)))
struct HistoryCopyTests {
    private static func with(
        isTampered: Bool = false,
        _ body: (StoreFixture, HistoryCopier, HistoryCopy) async throws -> Void
    ) async throws {
        try await StoreFixture.with(isTampered: isTampered) { fixture async throws in
            let database = fixture.folder.file("rotator.db")
            let copier = HistoryCopier(of: database, stream: fixture.store.stream, clock: fixture.clock)
            try await body(fixture, copier, HistoryCopy(of: database))
        }
    }

    private static func turn(_ copier: HistoryCopier) async {
        await copier.collect()
        await copier.bringUpToDate()
    }

    private static func differences(_ fixture: StoreFixture) throws -> [String] {
        try CopyComparison.differences(fixture.folder.file("rotator.db"))
    }

    private static func inode(_ path: String) -> UInt64 {
        var status = stat()
        return stat(path, &status) == 0 ? UInt64(status.st_ino) : 0
    }

    private static func mode(_ path: String) -> mode_t {
        var status = stat()
        return lstat(path, &status) == 0 ? status.st_mode & 0o7777 : 0
    }

    private static func read<T: ColumnValue>(_ sql: String, _ copy: HistoryCopy) throws -> T? {
        let connection = try Connection(path: copy.path, mode: .readOnly)
        defer { connection.close() }
        return try connection.first(sql) { row throws(SQLiteError) in try row.get(0) }
    }

    @Test func whatIsCommittedIsThereAfterOneTurn() async throws {
        try await Self.with { fixture, copier, copy async throws in
            await Self.turn(copier)
            #expect(copier.trouble == nil)
            #expect(try Self.differences(fixture) == [])
            let rotation = try await fixture.opened()
            await Self.turn(copier)
            #expect(try Self.differences(fixture) == [])
            try await fixture.end(rotation)
            await Self.turn(copier)
            #expect(try Self.differences(fixture) == [])
            // A keyed fingerprint is in the original, and not in the copy.
            let ended = try fixture.ledger().history.rotation(rotation.id)
            #expect(ended?.rotation.state.phase == .closed)
            #expect(try Self.read("SELECT count(*) FROM rotation_history WHERE outcome = 'succeeded'", copy) == 1)
            #expect(try Self.read("SELECT count(fingerprint) FROM rotations", copy) == 0)
            #expect(try Self.read("SELECT count(last_fingerprint) FROM schedules", copy) == 0)
        }
    }

    /// Entries that another program has made no JSON are copied as they are.
    @Test func lineThatIsNoJSONIsCopied() async throws {
        try await Self.with(isTampered: true) { fixture, copier, copy async throws in
            _ = try await fixture.opened()
            try fixture.execute("DROP TRIGGER audit_log_no_update; UPDATE audit_log SET line = 'x' || line")
            await Self.turn(copier)
            #expect(copier.trouble == nil)
            #expect(try Self.differences(fixture) == [])
            #expect(try Self.read("SELECT count(*) FROM audit_log WHERE line LIKE 'x%'", copy) ?? 0 > 1)
        }
    }

    /// A reader of the copy asks the same questions, and is told how far it has come.
    @Test func readersAreToldHowFarItHasCome() async throws {
        try await Self.with { fixture, copier, copy async throws in
            _ = try await fixture.opened()
            await Self.turn(copier)
            let history = try History(copy: copy, generators: BuiltInGenerators())
            defer { history.close() }
            #expect(try history.rotations().count == 1)
            let standing = try HistoryCopy.standing(in: history.connection)
            var lines = 0
            try history.auditLines { _ in lines += 1 }
            #expect(standing.head == Int64(lines) && standing.commits == fixture.store.stream.position)
            #expect(standing.upToDateAt == fixture.clock.now)
            #expect(try Self.read("SELECT seq FROM history_head", copy) == lines)
            // The copy is no original, and the original no copy.
            #expect(throws: Migrator.Failure.self) { try History(path: copy.path, generators: BuiltInGenerators()) }
        }
    }

    @Test func modesAreTheSameWhateverTheUmask() async throws {
        try await Self.with { fixture, copier, copy async throws in
            // Files of before, and two turns: each name has been made by then.
            for _ in 0..<3 {
                _ = try await fixture.store.append(
                    AuditEntry(Audit.DaemonStopped(), time: fixture.clock.now.rfc3339, actor: .daemon)
                )
                await Self.turn(copier)
            }
            #expect(Self.mode(copy.folder) == 0o2750)
            #expect(Self.mode(copy.path) == 0o640)
            let names = try FileManager.default.contentsOfDirectory(atPath: copy.folder).sorted()
            #expect(names == [".rotator-history.lock", ".rotator-history.next", "rotator-history.db"])
            for name in names where name.hasPrefix(".") { #expect(Self.mode("\(copy.folder)/\(name)") == 0o600) }
            for suffix in ["", "-wal", "-shm", ".candidates", ".candidates-wal", ".candidates-shm", ".mark"] {
                #expect(Self.mode(fixture.folder.file("rotator.db" + suffix)) == 0o600, "\(suffix)")
            }
        }
    }

    /// What an earlier version, or a person, has let others read is the owner's again after a start.
    @Test func widerModesAreTakenAwayAtStart() async throws {
        try await StoreFixture.with { fixture async throws in
            await fixture.store.close()
            let files = ["", "-wal", "-shm", ".mark", ".candidates"].map { fixture.folder.file("rotator.db" + $0) }
            for file in files { chmod(file, 0o664) }
            await (try fixture.reopened()).close()
            for file in files { #expect(Self.mode(file) == 0o600, "\(file)") }
        }
    }

    /// Readers that hold locks on the file for ever keep it; the next one finds the new state.
    @Test func readerThatHoldsALockKeepsItsFile() async throws {
        try await Self.with { fixture, copier, copy async throws in
            await Self.turn(copier)
            let rotation = try await fixture.opened()
            var readers: [Connection] = []
            defer { for reader in readers { reader.close() } }
            // More readers than there are files, and each turn meets one with a lock.
            for count in 0..<4 {
                let reader = try Connection(path: copy.path, mode: .readOnly)
                try reader.execute("BEGIN")
                let seen = try reader.first("SELECT head FROM history_copy") { row throws(SQLiteError) in
                    try row.get(0, as: Int.self)
                }
                readers.append(reader)
                if count == 0 { try await fixture.end(rotation) }
                try await fixture.store.append(
                    AuditEntry(Audit.DaemonStopped(), time: fixture.clock.now.rfc3339, actor: .daemon)
                )
                await Self.turn(copier)
                #expect(copier.trouble == nil)
                #expect(try Self.differences(fixture) == [])
                let again = try reader.first("SELECT max(seq) FROM audit_log") { row throws(SQLiteError) in
                    try row.get(0, as: Int.self)
                }
                #expect(again == seen)
            }
            for reader in readers {
                let check: String? = try reader.first("PRAGMA integrity_check") { row throws(SQLiteError) in
                    try row.get(0)
                }
                #expect(check == "ok")
            }
            let names = try FileManager.default.contentsOfDirectory(atPath: copy.folder)
            #expect(names.count <= 3)
        }
    }

    /// Without readers two files take turns: a turn writes what has changed, not the whole copy.
    @Test func filesTakeTurns() async throws {
        try await Self.with { fixture, copier, copy async throws in
            var inodes: [UInt64] = []
            for _ in 0..<6 {
                try await fixture.store.append(
                    AuditEntry(Audit.DaemonStopped(), time: fixture.clock.now.rfc3339, actor: .daemon)
                )
                await Self.turn(copier)
                inodes.append(Self.inode(copy.path))
                #expect(try Self.differences(fixture) == [])
            }
            #expect(Set(inodes).count == 2 && inodes[2] == inodes[4] && inodes[3] == inodes[5])
        }
    }

    /// A failure is told with since when it lasts, and is over by itself.
    @Test func folderThatCannotBeWrittenIsToldUntilItCan() async throws {
        try await Self.with { fixture, copier, copy async throws in
            // No folder, but a file.
            try fixture.folder.write("in the way", to: "history")
            await Self.turn(copier)
            let since = fixture.clock.now
            fixture.clock.advance(by: .seconds(30))
            await Self.turn(copier)
            #expect(copier.trouble?.since == since)
            #expect(copier.trouble?.text.contains(copy.folder) == true)
            // Rotations go on.
            let rotation = try await fixture.opened()
            try await fixture.end(rotation)
            unlink(copy.folder)
            await Self.turn(copier)
            #expect(copier.trouble == nil)
            #expect(try Self.differences(fixture) == [])
        }
    }

    /// Two daemons never write one copy.
    @Test func secondCopierIsRefusedWhileTheFirstLives() async throws {
        try await Self.with { fixture, copier, copy async throws in
            await Self.turn(copier)
            let second = HistoryCopier(
                of: fixture.folder.file("rotator.db"),
                stream: fixture.store.stream,
                clock: fixture.clock
            )
            await Self.turn(second)
            #expect(second.trouble?.text.contains("lock") == true)
            // A folder that was removed is made again, with a lock of its own.
            try FileManager.default.removeItem(atPath: copy.folder)
            _ = try await fixture.opened()
            await Self.turn(copier)
            #expect(copier.trouble == nil)
            #expect(try Self.differences(fixture) == [])
        }
    }

    /// The task writes once more when it is cancelled: the last entries of a daemon are in the copy.
    @Test func lastCommitsAreThereAfterTheEnd() async throws {
        try await Self.with { fixture, copier, _ async throws in
            let running = Task { await copier.run() }
            let rotation = try await fixture.opened()
            try await fixture.end(rotation)
            running.cancel()
            await running.value
            #expect(try Self.differences(fixture) == [])
        }
    }

    /// Each commit of a running copier's stream is copied, and while there is none it makes no turn.
    @Test func copierTurnsOncePerCommitAndThenSleeps() async throws {
        try await StoreFixture.with { fixture async throws in
            let (pauses, ticks) = AsyncStream.makeStream(of: Duration.self)
            let copier = HistoryCopier(
                of: fixture.folder.file("rotator.db"),
                stream: fixture.store.stream,
                clock: fixture.clock,
                pause: { ticks.yield($0) }
            )
            let running = Task { await copier.run() }
            defer { running.cancel() }
            var pause = pauses.makeAsyncIterator()
            try await eventually("there is a copy") { (try? Self.differences(fixture)) == [] }
            _ = try await fixture.opened()
            for _ in 0..<HistoryCopier.slices { #expect(await pause.next() == HistoryCopier.slice) }
            try await eventually("the copy is complete") { try Self.differences(fixture) == [] }
            running.cancel()
            await running.value
            ticks.finish()
            var more = 0
            while await pause.next() != nil { more += 1 }
            #expect(more == 0)
        }
    }
}
