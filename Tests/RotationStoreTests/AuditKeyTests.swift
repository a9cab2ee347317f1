import RotationCore
import RotationStore
import Scheduling
import TestSupport
import Testing
import TransparencyLog

/// The key that signs checkpoints is changed by an entry that both keys have signed.
@Suite(.timeLimit(.minutes(5)))
struct AuditKeyTests {
    private static let now = Instant(rawValue: 1000)

    private static func with(
        _ body: (Ledger, _ former: SignedNoteKey, _ new: SignedNoteKey) async throws -> Void
    ) async throws {
        try await StoreFixture.with { fixture async throws in
            let ledger = try fixture.ledger()
            defer { ledger.close() }
            let (former, new) = (try SignedNoteKey(name: "host/log"), try SignedNoteKey(name: "host/log"))
            _ = try ledger.signCheckpoint(with: former, now: now)
            try await body(ledger, former, new)
        }
    }

    private static func statement(_ former: SignedNoteKey, _ new: SignedNoteKey, by signer: SignedNoteKey) throws
        -> [UInt8]
    {
        let change = try #require(KeyChange(from: former.verifier, to: new.verifier))
        return change.note([try signer.sign(change.text)])
    }

    private static func change(
        _ ledger: Ledger,
        _ former: SignedNoteKey,
        _ new: SignedNoteKey,
        _ note: [UInt8]? = nil,
        isLost: Bool = false
    ) throws {
        try ledger.changeAuditKey(
            to: new.verifier,
            try note ?? statement(former, new, by: new),
            formerKey: isLost ? nil : former,
            reason: isLost ? "burnt" : nil,
            actor: .daemon,
            now: now
        )
    }

    @Test func otherKeyDoesNotSign() async throws {
        try await Self.with { ledger, former, new async throws in
            let error = UnknownAuditKey(current: former.verifierKey, given: new.verifierKey)
            #expect(throws: error) { try ledger.signCheckpoint(with: new, now: Self.now) }
            try Self.change(ledger, former, new)
            _ = try ledger.signCheckpoint(with: new, now: Self.now)
            let back = UnknownAuditKey(current: new.verifierKey, given: former.verifierKey)
            #expect(throws: back) { try ledger.signCheckpoint(with: former, now: Self.now) }
        }
    }

    /// Whoever trusts one of the keys verifies the checkpoints of all, along the chain.
    @Test func eachKeyOfTheChainVerifiesAllCheckpoints() async throws {
        try await Self.with { ledger, former, new async throws in
            let third = try SignedNoteKey(name: "host/log")
            try Self.change(ledger, former, new)
            _ = try ledger.signCheckpoint(with: new, now: Self.now)
            try Self.change(ledger, new, third)
            _ = try ledger.signCheckpoint(with: third, now: Self.now)
            for key in [former, new, third] {
                let result = try ledger.history.verify([], keys: [key.verifier])
                #expect(result.problems == [] && result.checkpoints == 3)
            }
            let stranger = try SignedNoteKey(name: "host/log")
            #expect(try ledger.history.verify([], keys: [stranger.verifier]).problems.count == 3)
        }
    }

    /// A key that did not sign its own end does not vouch for the next one, and is not vouched for.
    @Test func changeWithoutTheFormerKeyLinksNothing() async throws {
        try await Self.with { ledger, former, new async throws in
            try Self.change(ledger, former, new, isLost: true)
            _ = try ledger.signCheckpoint(with: new, now: Self.now)
            #expect(try ledger.history.verify([], keys: [former.verifier]).problems.count == 1)
            #expect(try ledger.history.verify([], keys: [new.verifier]).problems.count == 1)
            #expect(try ledger.history.verify([], keys: [former.verifier, new.verifier]).problems == [])
        }
    }

    @Test func changeThatTheNewKeyDidNotSignIsRefused() async throws {
        try await Self.with { ledger, former, new async throws in
            let note = try Self.statement(former, new, by: former)
            #expect(throws: AuditKeyRefusal.notSigned(by: new.verifierKey)) {
                try Self.change(ledger, former, new, note)
            }
        }
    }

    @Test func sameKeyIsRefused() async throws {
        try await Self.with { ledger, former, new async throws in
            #expect(KeyChange(from: former.verifier, to: former.verifier) == nil)
            let note = try Self.statement(former, new, by: new)
            #expect(throws: AuditKeyRefusal.unsuitable) {
                try Self.change(ledger, former, former, note)
            }
        }
    }

    /// A key of another origin begins a new log for witnesses; who trusts either key verifies both.
    @Test func keyOfAnotherOriginGoesOnWithTheSameEntries() async throws {
        try await Self.with { ledger, former, _ async throws in
            let other = try SignedNoteKey(name: "host/second")
            try Self.change(ledger, former, other)
            #expect(try ledger.signCheckpoint(with: other, now: Self.now).checkpoint.origin == "host/second")
            for key in [former, other] {
                #expect(try ledger.history.verify([], keys: [key.verifier]).problems == [])
            }
        }
    }

    /// What the former key once signed is no consent: the statement of another change is not taken.
    @Test func statementOfAnotherChangeIsRefused() async throws {
        try await Self.with { ledger, former, new async throws in
            let third = try SignedNoteKey(name: "host/log")
            let note = try Self.statement(former, third, by: new)
            #expect(throws: FormatError.self) {
                try Self.change(ledger, former, new, note)
            }
            #expect(throws: FormatError.self) { try SignedCheckpoint(note) }
        }
    }
}
