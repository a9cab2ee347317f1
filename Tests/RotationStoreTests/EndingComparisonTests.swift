import RotationCore
import SQLite
import Scheduling
import TestSupport
import Testing
import TransparencyLog
import ValueGenerators

@testable import RotationStore

/// The table of rotations is held against the entries that record how they ended.
@Suite(.timeLimit(.minutes(5)))
struct EndingComparisonTests {
    private static func problems(_ fixture: StoreFixture) throws -> [LogVerification.Problem] {
        let history = try fixture.history()
        defer { history.close() }
        return try history.verify([], keys: []).problems
    }

    /// Rotations one after another: succeeded, failed, succeeded, and so on.
    private static func rotate(_ fixture: StoreFixture, count: Int) async throws -> [RotationID] {
        var ids: [RotationID] = []
        for number in 0..<count {
            let rotation = try await fixture.opened()
            ids.append(rotation.id)
            if number % 2 == 0 {
                try await fixture.end(rotation)
            } else {
                try await fixture.advance(rotation, [.generatorFailed(.permanent(reason: "a test")), .erased])
            }
            fixture.clock.advance(by: .seconds(3600))
        }
        return ids
    }

    /// What an intruder writes to the table of a succeeded and a failed rotation, and what is said of them.
    enum Tampering: String, CaseIterable {
        case mended, spoilt, exchanged, reopened, deleted, added

        var sql: String {
            switch self {
            case .mended: "UPDATE rotations SET outcome = 'succeeded'"
            case .spoilt: "UPDATE rotations SET outcome = 'abandoned' WHERE outcome = 'succeeded'"
            case .exchanged:
                "UPDATE rotations SET outcome = CASE outcome WHEN 'failed' THEN 'succeeded' ELSE 'failed' END"
            case .reopened:
                "UPDATE rotations SET outcome = NULL, ended_at = NULL, closed_at = NULL WHERE outcome = 'failed'"
            case .deleted:
                """
                DELETE FROM attempts WHERE rotation IN (SELECT id FROM rotations WHERE outcome = 'failed');
                DELETE FROM rotations WHERE outcome = 'failed'
                """
            case .added:
                """
                CREATE TEMP TABLE t AS SELECT * FROM rotations WHERE outcome = 'succeeded';
                UPDATE t SET id = 'forged';
                INSERT INTO rotations SELECT * FROM t
                """
            }
        }

        func problems(_ succeeded: RotationID, _ failed: RotationID) -> [LogVerification.Problem] {
            func differs(
                _ id: RotationID,
                _ table: LogVerification.RotationStanding,
                _ log: String
            ) -> LogVerification.Problem {
                .rotationDiffers(rotation: id.rawValue, table: table, log: .outcome(log))
            }
            return switch self {
            case .mended: [differs(failed, .outcome("succeeded"), "failed")]
            case .spoilt: [differs(succeeded, .outcome("abandoned"), "succeeded")]
            case .exchanged:
                [
                    differs(succeeded, .outcome("failed"), "succeeded"),
                    differs(failed, .outcome("succeeded"), "failed"),
                ]
            case .reopened: [differs(failed, .open, "failed")]
            case .deleted: [differs(failed, .absent, "failed")]
            case .added: [.rotationDiffers(rotation: "forged", table: .outcome("succeeded"), log: .open)]
            }
        }
    }

    @Test(arguments: Tampering.allCases)
    func differingRotationIsNamed(kind: Tampering) async throws {
        try await StoreFixture.with { fixture async throws in
            let ids = try await Self.rotate(fixture, count: 2)
            #expect(try Self.problems(fixture) == [])
            try fixture.execute(kind.sql)
            #expect(Set(try Self.problems(fixture)) == Set(kind.problems(ids[0], ids[1])))
        }
    }

    /// Each ending is counted, and an open rotation has none.
    @Test func endingsAreCounted() async throws {
        try await StoreFixture.with { fixture async throws in
            _ = try await Self.rotate(fixture, count: 5)
            _ = try await fixture.opened()
            let history = try fixture.history()
            defer { history.close() }
            let result = try history.verify([], keys: [])
            #expect(result.rotations == 5 && result.problems == [])
        }
    }

    /// Wherever the archive ends, what is left is compared, and what ended before is not; the clock may have been set.
    @Test(arguments: 1...24 as ClosedRange<UInt64>)
    func archivedEndingsAreLeftOut(seed: UInt64) async throws {
        var random = SplitMix64(seed: seed)
        let (size, step) = (Int.random(in: 1...40, using: &random), Int.random(in: -20_000...20_000, using: &random))
        try await StoreFixture.with { fixture async throws in
            let key = try SignedNoteKey(name: "host/log")
            let ledger = try fixture.ledger()
            defer { ledger.close() }
            var ids: [RotationID] = []
            var isSigned = false
            while ids.count < 10 {
                ids += try await Self.rotate(fixture, count: 1)
                if try !isSigned && AuditTable.newest(in: ledger.connection) >= Int64(size) {
                    _ = try ledger.signCheckpoint(with: key, now: fixture.clock.now)
                    isSigned = true
                    fixture.clock.step(by: .seconds(step))
                }
            }
            let open = try await fixture.opened()
            let signed = try #require(try CheckpointTable.newest(in: ledger.connection))
            let last = Int64(clamping: signed.checkpoint.size)
            fixture.clock.advance(by: .seconds(30_000))
            let archive = LogArchive(seqs: 1...last, file: "f", sha256: String(repeating: "0", count: 64))
            try ledger.recordArchive(archive, actor: .daemon, now: fixture.clock.now)
            while try ledger.deleteArchived(limit: 1000) > 0 {}
            #expect(try Self.problems(fixture) == [], "seed \(seed)")
            let ended = try ledger.history.verify([], keys: []).rotations
            try fixture.execute("UPDATE rotations SET outcome = 'abandoned' WHERE outcome IS NOT NULL")
            #expect(Int64(try Self.problems(fixture).count) == ended, "seed \(seed)")
            // One that was opened among the kept entries can't have ended before.
            try fixture.execute(
                "UPDATE rotations SET outcome = 'failed', ended_at = 1, closed_at = 1 WHERE id = '\(open.id.rawValue)'"
            )
            #expect(Int64(try Self.problems(fixture).count) == ended + 1, "seed \(seed)")
        }
    }

    /// The copy has a row and its entries in one state, although a commit came after it has collected what to copy.
    @Test func copyIsOfOneState() async throws {
        try await StoreFixture.with { fixture async throws in
            let path = fixture.folder.file("rotator.db")
            let copier = HistoryCopier(of: path, stream: fixture.store.stream, clock: fixture.clock)
            try fixture.add("b") { _ in }
            let rotation = try await fixture.opened()
            await copier.collect()
            await copier.bringUpToDate()
            // Two files are written in turn: what each one lacks names another rotation.
            let other = try #require(try await fixture.claim(alias: "b"))
            await copier.collect()
            await copier.bringUpToDate()
            try await fixture.advance(other, [.generated])
            await copier.collect()
            try await fixture.end(rotation)
            await copier.bringUpToDate()
            #expect(copier.trouble == nil)
            let copy = try History(reading: HistoryCopy(of: path).path, generators: BuiltInGenerators()) {
                try HistoryCopy.migrator.verify($0)
            }
            defer { copy.close() }
            let result = try copy.verify([], keys: [])
            #expect(result.problems == [] && result.rotations == 1)
        }
    }
}
