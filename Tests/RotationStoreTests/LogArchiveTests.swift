import RotationCore
import SQLite
import Scheduling
import TestSupport
import Testing
import TransparencyLog
import ValueGenerators

@testable import RotationStore

/// Old lines go to a file, and the tree stays whole: a log of twelve entries, one a second, with checkpoints of four and nine.
@Suite(.timeLimit(.minutes(5)))
struct LogArchiveTests {
    private static func with(
        _ body: (StoreFixture, Ledger, SignedNoteKey) async throws -> Void
    ) async throws {
        try await StoreFixture.with { fixture async throws in
            let key = try SignedNoteKey(name: "host/log")
            let ledger = try fixture.ledger()
            defer { ledger.close() }
            // The fixture's schedule is the first entry.
            for number in 2...12 {
                let time = Instant(rawValue: Int64(number) * 1000).rfc3339
                try ledger.append(AuditEntry(Audit.DaemonStopped(), time: time, actor: .daemon))
                if [4, 9].contains(number) { _ = try ledger.signCheckpoint(with: key, now: fixture.clock.now) }
            }
            try await body(fixture, ledger, key)
        }
    }

    private static func archive(_ seqs: ClosedRange<Int64>) -> LogArchive {
        LogArchive(seqs: seqs, file: "history.jsonl", sha256: String(repeating: "0", count: 64))
    }

    private static func archive(_ seqs: ClosedRange<Int64>, _ ledger: Ledger) throws {
        try ledger.recordArchive(archive(seqs), actor: .daemon, now: Instant(rawValue: 20_000))
        while try ledger.deleteArchived(limit: 2) > 0 {}
    }

    /// Up to the largest checkpoint whose entries are all older, whatever the clock has done in between.
    @Test(arguments: [(4, nil), (5, 4), (9, 4), (10, 9), (1000, 9)] as [(Int64, Int64?)])
    func rangeEndsWithACheckpoint(second: Int64, last: Int64?) async throws {
        try await Self.with { fixture, ledger, _ async throws in
            // The schedule's entry has the fixture's time, which is later: it is made the oldest one.
            try fixture.execute(
                """
                DROP TRIGGER audit_log_no_update;
                UPDATE audit_log SET line = json_set(line, '$.time', '1970-01-01T00:00:01.000Z') WHERE seq = 1
                """
            )
            let found = try ledger.history.archivable(before: Instant(rawValue: second * 1000))
            #expect(found?.seqs == last.map { 1...$0 })
            #expect(found.map { Int64($0.checkpoint.checkpoint.size) } == last)
        }
    }

    /// One entry that is not older keeps all that follow.
    @Test func entryThatIsNotOlderKeepsTheRest() async throws {
        try await Self.with { fixture, ledger, _ async throws in
            #expect(try ledger.history.archivable(before: Instant(rawValue: 1_000_000)) == nil)
            let all = fixture.clock.now.advanced(by: .seconds(1))
            #expect(try ledger.history.archivable(before: all)?.seqs == 1...9)
        }
    }

    @Test func archivedLogIsVerifiedAndGoesOn() async throws {
        try await Self.with { _, ledger, key async throws in
            let before = try ledger.history.verify([], keys: [key.verifier])
            try Self.archive(1...4, ledger)
            #expect(try ledger.history.auditLine(4) == nil)
            #expect(try ledger.history.auditLine(5) != nil)
            try Self.archive(5...9, ledger)
            let result = try ledger.history.verify([], keys: [key.verifier])
            #expect(result.problems == [] && result.archived == 9)
            #expect(result.checkpoints == before.checkpoints && result.provenUpTo == 9)
            // Two entries say where the lines are.
            #expect(result.entries == before.entries - 9 + 2)
            // An archived entry is still proven, and the log still extends what was signed.
            let proof = try #require(try ledger.history.proof(of: 3))
            #expect(proof.index == 2)
            let head = try ledger.signCheckpoint(with: key, now: Instant(rawValue: 30_000))
            #expect(head.checkpoint.size == 14)
            let hashes = try #require(try ledger.history.consistency(from: 9, to: 14))
            #expect(!hashes.isEmpty)
        }
    }

    /// A crash while lines are deleted leaves a log that is whole, and the rest is deleted later.
    @Test func deletionThatWasInterruptedIsEndedLater() async throws {
        try await Self.with { fixture, ledger, key async throws in
            try ledger.recordArchive(Self.archive(1...9), actor: .daemon, now: Instant(rawValue: 20_000))
            #expect(try ledger.deleteArchived(limit: 3) == 3)
            let history = try fixture.history()
            defer { history.close() }
            #expect(try history.verify([], keys: [key.verifier]).problems == [])
            while try ledger.deleteArchived(limit: 3) > 0 {}
            #expect(try history.verify([], keys: [key.verifier]).problems == [])
            #expect(try history.auditLine(9) == nil)
            #expect(try history.auditLine(10) != nil)
        }
    }

    /// Only the oldest lines up to a checkpoint can be archived, and only these can be deleted.
    @Test(arguments: [2...4, 1...5, 5...9, 1...12, 1...13] as [ClosedRange<Int64>])
    func otherRangesAreRefused(_ seqs: ClosedRange<Int64>) async throws {
        try await Self.with { _, ledger, _ async throws in
            #expect(throws: NotArchivable.self) {
                try ledger.recordArchive(Self.archive(seqs), actor: .daemon, now: Instant(rawValue: 20_000))
            }
            #expect(try ledger.deleteArchived(limit: 100) == 0)
        }
    }

    @Test(arguments: [
        "DELETE FROM audit_log WHERE seq = 5", "DELETE FROM audit_log WHERE seq = 13",
        "DELETE FROM audit_archives", "UPDATE audit_archives SET last_seq = 9",
        "INSERT INTO audit_archives SELECT 9, 5, 0, file, sha256, note FROM audit_archives",
        "INSERT INTO audit_archives SELECT 11, 5, 0, file, sha256, note FROM audit_archives",
        "INSERT OR REPLACE INTO audit_archives SELECT 9, 1, 0, file, sha256, note FROM audit_archives",
    ])
    func schemaKeepsWhatWasNotArchived(_ sql: String) async throws {
        try await Self.with { fixture, ledger, _ async throws in
            try Self.archive(1...4, ledger)
            #expect(throws: SQLiteError.self) { try fixture.execute(sql) }
        }
    }

    /// Lines that were deleted by another program are missing, even if it says that they were archived.
    @Test func archiveThatNoEntryRecordsIsDamage() async throws {
        try await Self.with { fixture, ledger, key async throws in
            try fixture.execute(
                """
                INSERT INTO audit_archives SELECT 4, 1, 0, 'x', printf('%064d', 0), note FROM audit_checkpoints WHERE size = 4;
                DELETE FROM audit_log WHERE seq <= 4
                """
            )
            let result = try ledger.history.verify([], keys: [key.verifier])
            #expect(result.problems == [.missing(1...4)])
        }
    }

    /// A stored hash of an archived line that was changed does not agree with what was signed.
    @Test func changedHashOfAnArchivedLineIsFound() async throws {
        try await Self.with { fixture, ledger, key async throws in
            try Self.archive(1...4, ledger)
            try fixture.execute(
                "DROP TRIGGER audit_leaves_no_update; UPDATE audit_leaves SET hash = zeroblob(32) WHERE seq = 2"
            )
            let result = try ledger.history.verify([], keys: [key.verifier])
            #expect(result.problems.contains(.disagrees(size: 4, changed: 1...4)))
        }
    }

    /// The auditors' copy has the same lines, and no others.
    @Test func copyFollows() async throws {
        try await Self.with { fixture, _, _ async throws in
            let path = fixture.folder.file("rotator.db")
            let copier = HistoryCopier(of: path, stream: fixture.store.stream, clock: fixture.clock)
            await copier.collect()
            await copier.bringUpToDate()
            try await fixture.store.withLedger { try Self.archive(1...4, $0) }
            await copier.collect()
            await copier.bringUpToDate()
            #expect(copier.trouble == nil)
            #expect(try CopyComparison.differences(path) == [])
            // One that is made anew, too.
            let again = HistoryCopier(of: path, stream: fixture.store.stream, clock: fixture.clock)
            try fixture.folder.remove("history")
            await again.bringUpToDate()
            #expect(try CopyComparison.differences(path) == [])
        }
    }
}
