import RotationCore
import SQLite
import Scheduling
import TestSupport
import Testing
import TransparencyLog

@testable import RotationStore

/// Tampering of every kind is found, and located: in a log of twelve entries with checkpoints of four and nine.
struct LogVerificationTests {
    /// - Parameter first: The number that the first entry carries: logs of other numbers have other lines.
    private static func with(
        first: Int32 = 0,
        _ body: (StoreFixture, [SignedCheckpoint], SignedNoteKey) async throws -> Void
    ) async throws {
        try await StoreFixture.with { fixture async throws in
            let key = try SignedNoteKey(name: "host/log")
            let ledger = try fixture.ledger()
            var kept: [SignedCheckpoint] = []
            while try TreeTable.frontier(in: ledger.connection).size < 12 {
                let number = first + Int32(clamping: try TreeTable.frontier(in: ledger.connection).size)
                let event = Audit.DaemonStarted(pid: number, landlock: 0)
                try ledger.append(AuditEntry(event, time: "", actor: .daemon))
                let size = try TreeTable.frontier(in: ledger.connection).size
                if [4, 9].contains(size) {
                    kept.append(try ledger.signCheckpoint(with: key, now: fixture.clock.now))
                }
            }
            ledger.close()
            try await body(fixture, kept, key)
        }
    }

    private static func verify(
        _ fixture: StoreFixture,
        _ kept: [SignedCheckpoint] = [],
        _ keys: [VerifierKey] = []
    ) throws -> LogVerification {
        let ledger = try fixture.ledger()
        defer { ledger.close() }
        return try ledger.history.verify(kept, keys: keys)
    }

    @Test func soundLogIsProvenUpToItsLastCheckpoint() async throws {
        try await Self.with { fixture, kept, key in
            let result = try Self.verify(fixture, kept, [key.verifier])
            #expect(result.problems == [])
            #expect(result.entries == 12 && result.checkpoints == 4 && result.provenUpTo == 9)
        }
    }

    /// What an intruder does to the tables; triggers don't stop root.
    enum Tampering: String, CaseIterable {
        case edited, editedWithLeaf, deleted, swapped, retimed, inserted, truncated, head

        var sql: String {
            switch self {
            case .edited: "UPDATE audit_log SET line = replace(line, '\"landlock\":0', '\"landlock\":1') WHERE seq = 6"
            case .editedWithLeaf:
                "UPDATE audit_log SET line = replace(line, '\"landlock\":0', '\"landlock\":1') WHERE seq = 6"
            case .deleted: "DELETE FROM audit_log WHERE seq IN (6, 7)"
            case .swapped:
                """
                UPDATE audit_log SET seq = -seq WHERE seq IN (6, 7);
                UPDATE audit_log SET seq = 13 + seq WHERE seq < 0
                """
            case .retimed: "UPDATE audit_log SET line = replace(line, '\"time\":\"', '\"time\":\"2') WHERE seq = 6"
            case .inserted:
                """
                UPDATE audit_log SET seq = -seq WHERE seq >= 6;
                UPDATE audit_log SET seq = 1 - seq WHERE seq < 0;
                INSERT INTO audit_log SELECT 6, line FROM audit_log WHERE seq = 5
                """
            case .truncated: "DELETE FROM audit_log WHERE seq > 8; DELETE FROM audit_leaves WHERE seq > 8"
            case .head: "UPDATE audit_tree SET frontier = zeroblob(8)"
            }
        }

        var problems: [LogVerification.Problem] {
            switch self {
            case .edited, .retimed:
                [.altered(seq: 6), .disagrees(size: 9, changed: 5...9), .headDiffers]
            // The leaf is altered as well: only what was signed tells.
            case .editedWithLeaf: [.disagrees(size: 9, changed: 5...9), .headDiffers]
            // The leaves stay, so that what was signed is still known to hold for the rest.
            case .deleted: [.missing(6...7)]
            case .swapped:
                [
                    .altered(seq: 6), .misnumbered(seq: 6), .altered(seq: 7), .misnumbered(seq: 7),
                    .disagrees(size: 9, changed: 5...9), .headDiffers,
                ]
            case .inserted:
                (6...12).flatMap { [.altered(seq: $0), .misnumbered(seq: $0)] as [LogVerification.Problem] }
                    + [
                        .unknownToTree(13...13), .misnumbered(seq: 13), .disagrees(size: 9, changed: 5...9),
                        .headDiffers,
                    ]
            case .truncated: [.headDiffers, .truncated(size: 9, missing: 9...9)]
            case .head: [.headDiffers]
            }
        }
    }

    @Test(arguments: Tampering.allCases)
    func tamperingIsFoundAndLocated(kind: Tampering) async throws {
        try await Self.with { fixture, kept, key in
            let drop = ["audit_log_no_update", "audit_log_no_delete", "audit_log_appends", "audit_leaves_no_delete"]
                .map { "DROP TRIGGER \($0);" }.joined()
            try fixture.execute(drop + kind.sql)
            if kind == .editedWithLeaf {
                let ledger = try fixture.ledger()
                let line = try #require(try ledger.history.auditLine(6))
                try ledger.connection.execute("DROP TRIGGER audit_leaves_no_update")
                try ledger.connection.run(
                    "UPDATE audit_leaves SET hash = ?1 WHERE seq = 6",
                    MerkleHash.leaf(line).bytes
                )
                ledger.close()
            }
            let found = Set(try Self.verify(fixture, kept, [key.verifier]).problems)
            #expect(found == Set(kind.problems), "\(found)")
        }
    }

    /// A database that another one was put in place of, whole in itself, does not extend what was signed.
    @Test func swappedDatabaseDisagreesWithKeptCheckpoints() async throws {
        try await Self.with { _, kept, key in
            try await Self.with(first: 100) { other, _, _ in
                let result = try Self.verify(other, kept, [])
                #expect(result.problems.contains(.disagrees(size: 4, changed: 1...4)))
                #expect(result.problems.contains(.disagrees(size: 9, changed: 5...9)))
                let forged = try Self.verify(other, kept, [key.verifier])
                // Its own checkpoints are another key's.
                #expect(forged.problems.filter { if case .unusable = $0 { true } else { false } }.count == 2)
            }
        }
    }

    @Test func forgedCheckpointIsNamed() async throws {
        try await Self.with { fixture, kept, key in
            let forger = try SignedNoteKey(name: "host/log")
            let forged = try forger.signCheckpoint(size: 4, root: MerkleHash.emptyRoot)
            let problems = try Self.verify(fixture, kept + [forged], [key.verifier]).problems
            #expect(problems.count == 1)
            guard case .unusable(size: 4, _)? = problems.first else {
                Issue.record("\(problems)")
                return
            }
        }
    }

    /// Each entry that a checkpoint includes has a proof that needs no database.
    @Test func eachEntryIsProvenByTheNewestCheckpoint() async throws {
        try await Self.with { fixture, kept, key in
            let ledger = try fixture.ledger()
            defer { ledger.close() }
            for seq in Int64(1)...9 {
                let written = try #require(try ledger.history.proof(of: seq))
                let proof = try TransparencyProof(written.bytes)
                try proof.checkpoint.verify(logKeys: [key.verifier])
                let line = try #require(try ledger.history.auditLine(seq))
                try proof.verifyInclusion(of: .leaf(line))
                #expect(throws: (any Error).self) { try proof.verifyInclusion(of: .leaf(line + " ")) }
            }
            #expect(try ledger.history.proof(of: 10) == nil)
            #expect(try ledger.history.proof(of: 0) == nil)
        }
    }

    /// Only a durable head is signed, and once: what is signed is a prefix of the log for ever.
    @Test func sameHeadIsSignedOnce() async throws {
        try await Self.with { fixture, _, key in
            let ledger = try fixture.ledger()
            defer { ledger.close() }
            let first = try ledger.signCheckpoint(with: key, now: fixture.clock.now)
            let again = try ledger.signCheckpoint(with: key, now: fixture.clock.now)
            #expect(first == again)
            #expect(try CheckpointTable.all(in: ledger.connection).count == 3)
        }
    }

    /// A history that does not extend what was signed is held, and is not signed, until a person accepts it.
    @Test func olderHistoryIsHeldAndNotSigned() async throws {
        try await Self.with { fixture, kept, key in
            let ledger = try fixture.ledger()
            defer { ledger.close() }
            let last = try #require(kept.last)
            #expect(try ledger.holdUnlessExtends(last.checkpoint, now: fixture.clock.now) == nil)
            let ahead = try key.signCheckpoint(size: 99, root: last.checkpoint.root)
            let behind = try #require(try ledger.holdUnlessExtends(ahead.checkpoint, now: fixture.clock.now))
            #expect(behind == HistoryBehind(mark: 99, newest: 12, isOther: false))
            #expect(throws: HistoryBehind.self) { try ledger.signCheckpoint(with: key, now: fixture.clock.now) }
            _ = try ledger.acceptRestore(reason: "disk lost", actor: .daemon, now: fixture.clock.now)
            #expect(try ledger.signCheckpoint(with: key, now: fixture.clock.now).checkpoint.size == 14)
        }
    }
}
