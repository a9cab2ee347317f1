import RotationCore
import SQLite
import Scheduling
import TestSupport
import Testing
import TransparencyLog
import ValueGenerators

@testable import RotationStore

/// The cosignatures of checkpoints, and what is remembered of witnesses.
struct WitnessTests {
    private static let entry = AuditEntry(Audit.DaemonStarted(pid: 1, landlock: 0), time: "", actor: .daemon)

    /// A history with a key, and its witnesses.
    private struct Cosigned {
        let fixture: StoreFixture
        let ledger: Ledger
        let key: SignedNoteKey
        let witnesses: [CosignatureKey]

        /// Appends an entry, and signs the head.
        func sign() throws -> SignedCheckpoint {
            try ledger.append(WitnessTests.entry)
            return try ledger.signCheckpoint(with: key, now: fixture.clock.now)
        }

        func cosign(_ checkpoint: SignedCheckpoint, _ witness: Int) throws {
            let signature = try witnesses[witness].cosign(checkpoint.checkpoint, at: 1_764_000_000)
            let verified = try WitnessAnswer.verified([signature], of: checkpoint, by: [witnesses[witness].verifier])
            try ledger.addCosignature(#require(verified.first), of: checkpoint.checkpoint, now: fixture.clock.now)
        }

        func fail(_ error: Audit.WitnessFailed.Error, _ witness: Int) throws -> Bool {
            let failure = Audit.WitnessFailed(witness: witnesses[witness].name, error: error, size: 1)
            return try ledger.noteFailure(failure, of: witnesses[witness].verifier, now: fixture.clock.now)
        }

        func quorum(_ threshold: Int) -> WitnessQuorum {
            WitnessQuorum(
                members: witnesses.map { .init(key: $0.verifier, url: "https://\($0.name)") },
                threshold: threshold
            )
        }

        func policy(_ threshold: Int) throws -> TrustPolicy {
            try TrustPolicy(Array(quorum(threshold).policyText(log: key.verifier).utf8))
        }

        var events: [String] {
            get throws {
                var lines: [String] = []
                try ledger.history.auditLines { lines.append($0) }
                return lines.compactMap { $0.firstMatch(of: #/"event":"(witness\.[a-z]*)"/#).map { String($0.1) } }
            }
        }
    }

    private static func with(_ body: (Cosigned) throws -> Void) async throws {
        try await StoreFixture.with { fixture async throws in
            let ledger = try fixture.ledger()
            defer { ledger.close() }
            let witnesses = try (1...2).map { try CosignatureKey(name: "w.example/\($0)") }
            try body(
                Cosigned(fixture: fixture, ledger: ledger, key: SignedNoteKey(name: "o.example"), witnesses: witnesses)
            )
        }
    }

    @Test func proofHasTheCosignaturesThatAPolicyNeeds() async throws {
        try await Self.with { world throws in
            let first = try world.sign()
            for witness in 0..<2 { try world.cosign(first, witness) }
            // A newer one that one witness has cosigned, and one that none has.
            let second = try world.sign()
            try world.cosign(second, 0)
            let last = try world.sign()
            let seq = Int64(clamping: first.checkpoint.size)
            let leaf = MerkleHash.leaf(try #require(try world.ledger.history.auditLine(seq)))
            for (threshold, checkpoint) in [(2, first), (1, second)] {
                let proof = try #require(try world.ledger.history.proof(of: seq, world.quorum(threshold)))
                #expect(proof.checkpoint.checkpoint == checkpoint.checkpoint)
                _ = try proof.verify(leaf: leaf, policy: world.policy(threshold))
            }
            #expect(try world.ledger.history.proof(of: seq)?.checkpoint == last)
            // Where no quorum has cosigned, the newest one.
            let newest = Int64(clamping: last.checkpoint.size)
            let proof = try #require(try world.ledger.history.proof(of: newest, world.quorum(2)))
            #expect(proof.checkpoint == last)
        }
    }

    /// A line that is not this checkpoint's would make readers reject the whole note.
    @Test func cosignatureOfAnotherHistoryIsLeftOut() async throws {
        try await Self.with { world throws in
            let checkpoint = try world.sign()
            let other = try world.key.signCheckpoint(size: checkpoint.checkpoint.size, root: .emptyRoot)
            try world.cosign(other, 0)
            try world.cosign(checkpoint, 1)
            let newest = try #require(try world.ledger.history.newestCheckpoint())
            let keys = world.witnesses.map(\.verifier)
            #expect(try newest.cosignatures(of: keys).map(\.key) == [keys[1]])
            #expect(try world.ledger.cosigned(checkpoint) == newest)
        }
    }

    /// A stored cosignature is checked against each stored checkpoint of its size.
    @Test func storedCosignaturesAreVerified() async throws {
        try await Self.with { cosigned in
            let keys = cosigned.witnesses.map(\.verifier)
            func verify(_ witnesses: [VerifierKey]) throws -> LogVerification {
                try cosigned.ledger.history.verify([], keys: [cosigned.key.verifier], witnesses: witnesses)
            }
            let first = try cosigned.sign()
            try cosigned.cosign(first, 0)
            let second = try cosigned.sign()
            try cosigned.cosign(second, 1)
            let sound = try verify(keys)
            #expect(sound.problems == [] && sound.cosignatures == 2 && sound.witnessedUpTo > 1)
            #expect(try verify([keys[0]]).witnessedUpTo == Int64(clamping: first.checkpoint.size))
            #expect(try verify([]).cosignatures == 0)
            // Those that the witnesses made for the other checkpoint, and for one that is gone.
            let sizes = [first, second].map { Int64(clamping: $0.checkpoint.size) }
            for size in ["\(sizes[0] + sizes[1]) - size", "99"] {
                try cosigned.ledger.connection.execute(
                    """
                    INSERT INTO audit_cosignatures SELECT \(size), witness, cosigned_at, line FROM audit_cosignatures
                    WHERE size IN (\(sizes[0]), \(sizes[1])) AND (size = \(sizes[0])) = (witness LIKE 'w.example/1+%')
                    """
                )
            }
            let found = try verify(keys).problems
            let expected: [LogVerification.Problem] = [
                .wrongCosignature(size: sizes[1], witness: "\(keys[0].name)"),
                .wrongCosignature(size: 99, witness: "\(keys[0].name)"),
                .wrongCosignature(size: sizes[0], witness: "\(keys[1].name)"),
                .wrongCosignature(size: 99, witness: "\(keys[1].name)"),
            ]
            #expect(found == expected, "\(found)")
        }
    }

    /// The log does not grow from watching itself.
    @Test func firstCosignatureAndTheFirstAfterAFailureAreAudited() async throws {
        try await Self.with { world throws in
            for _ in 0..<3 { try world.cosign(try world.sign(), 0) }
            #expect(try world.events == ["witness.cosigned"])
            #expect(try world.fail(.unreachable, 0))
            for error in [Audit.WitnessFailed.Error.timedOut, .unreachable, .status] {
                #expect(try !world.fail(error, 0))
            }
            #expect(try world.events == ["witness.cosigned", "witness.failed"])
            for _ in 0..<3 { try world.cosign(try world.sign(), 0) }
            #expect(try world.events == ["witness.cosigned", "witness.failed", "witness.cosigned"])
            let standing = try #require(try world.ledger.history.witnessStandings().first)
            #expect(standing.failure == nil && standing.cosigned?.size ?? 0 > 0)
        }
    }

    /// That a witness has seen another history is news at any time, and is not forgotten when it then is away.
    @Test func otherHistoryIsNotForgotten() async throws {
        try await Self.with { world throws in
            #expect(try world.fail(.timedOut, 0))
            #expect(try world.fail(.fork, 0))
            for error in [Audit.WitnessFailed.Error.timedOut, .ahead, .fork] { #expect(try !world.fail(error, 0)) }
            #expect(try world.ledger.history.witnessStandings().map { $0.failure?.error } == [.fork])
            #expect(try world.events == ["witness.failed", "witness.failed"])
        }
    }

    @Test func requestProvesThatTheLogGrew() async throws {
        try await Self.with { world throws in
            let sizes = try (0..<5).map { _ in try world.sign().checkpoint }
            let last = try #require(sizes.last)
            for old in sizes {
                let request = try #require(try world.ledger.history.cosignatureRequest(from: old.size))
                let head = WitnessDecision.Head(size: old.size, root: old.root)
                let decision = WitnessDecision.decide(request, known: head, logKeys: [world.key.verifier])
                #expect(decision == .cosign(last))
            }
            let request = try #require(try world.ledger.history.cosignatureRequest(from: 0))
            #expect(WitnessDecision.decide(request, known: nil, logKeys: [world.key.verifier]) == .cosign(last))
            #expect(try world.ledger.history.cosignatureRequest(from: last.size + 1) == nil)
        }
    }

    /// What it reads is as good as the ledger's own.
    @Test func readerSeesWhatIsCosigned() async throws {
        try await StoreFixture.with { fixture async throws in
            let ledger = try fixture.ledger()
            let (key, witness) = (try SignedNoteKey(name: "o"), try CosignatureKey(name: "w"))
            let reader = HistoryQueue(
                "test",
                database: fixture.folder.file("rotator.db"),
                generators: BuiltInGenerators()
            )
            #expect(try await reader.outlook(for: witness.verifier) == nil)
            let signed = try ledger.signCheckpoint(with: key, now: fixture.clock.now)
            #expect(try await reader.outlook(for: witness.verifier)?.isCosigned == false)
            let request = try #require(try await reader.request(from: 0))
            #expect(request.checkpoint == signed)
            let signature = try witness.cosign(signed.checkpoint, at: 1)
            let verified = try WitnessAnswer.verified([signature], of: signed, by: [witness.verifier])
            try ledger.addCosignature(#require(verified.first), of: signed.checkpoint, now: fixture.clock.now)
            let outlook = try #require(try await reader.outlook(for: witness.verifier))
            #expect(outlook.isCosigned && outlook.standing?.cosigned?.size == Int64(clamping: signed.checkpoint.size))
            ledger.close()
        }
    }

    @Test(arguments: ["UPDATE audit_cosignatures SET line = ''", "DELETE FROM audit_cosignatures"])
    func cosignaturesStay(sql: String) async throws {
        try await Self.with { world throws in
            try world.cosign(try world.sign(), 0)
            #expect(throws: SQLiteError.self) { try world.fixture.execute(sql) }
        }
    }
}
