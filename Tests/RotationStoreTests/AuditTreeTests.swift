import RotationCore
import SQLite
import Scheduling
import TestSupport
import Testing
import TransparencyLog
import ValueGenerators

@testable import RotationStore

/// The tree over the audit log: it grows with the entries' own transaction, and with nothing else.
struct AuditTreeTests {
    private static let entry = AuditEntry(Audit.DaemonStarted(pid: 1, landlock: 0), time: "", actor: .daemon)

    /// The tree that the lines of a database have by RFC 9162, computed anew.
    private static func computed(_ ledger: Ledger) throws -> MerkleFrontier {
        var frontier = MerkleFrontier()
        try AuditTable.each(after: 0, in: ledger.connection) { frontier.append(.leaf($0)) }
        return frontier
    }

    private static func expectWhole(_ ledger: Ledger, entries: UInt64? = nil) throws {
        let stored = try TreeTable.frontier(in: ledger.connection)
        #expect(stored == (try Self.computed(ledger)))
        if let entries { #expect(stored.size == entries) }
        let leaves: [[UInt8]] = try ledger.connection.all("SELECT hash FROM audit_leaves ORDER BY seq") {
            row throws(SQLiteError) in try row.get(0)
        }
        let lines: [String] = try ledger.connection.all("SELECT line FROM audit_log ORDER BY seq") {
            row throws(SQLiteError) in try row.get(0)
        }
        #expect(leaves == lines.map { MerkleHash.leaf($0).bytes })
    }

    @Test func newHistoryHasAnEmptyTree() async throws {
        try await StoreFixture.with { fixture async throws in
            let ledger = try fixture.ledger()
            try Self.expectWhole(ledger)
            ledger.close()
        }
    }

    /// However the entries of many callers are batched.
    @Test func treeFollowsEachBatch() async throws {
        try await StoreFixture.with { fixture async throws in
            let before = try fixture.ledger()
            let start = try TreeTable.frontier(in: before.connection).size
            before.close()
            try await withThrowingTaskGroup { group in
                for _ in 0..<300 { group.addTask { try await fixture.store.append(Self.entry) } }
                try await group.waitForAll()
            }
            let ledger = try fixture.ledger()
            try Self.expectWhole(ledger, entries: start + 300)
            ledger.close()
        }
    }

    private struct Refused: Error {}

    /// An entry whose transaction, or savepoint, is rolled back.
    private static func refuse(_ ledger: Ledger) throws {
        do {
            try ledger.transaction { () throws -> Void in
                try ledger.append(entry)
                throw Refused()
            }
            Issue.record("it was committed")
        } catch is Refused {}
    }

    /// What is rolled back, in a savepoint or as a whole, leaves no leaf.
    @Test func whatIsRolledBackLeavesNoLeaf() async throws {
        try await StoreFixture.with { fixture async throws in
            let ledger = try fixture.ledger()
            let start = try TreeTable.frontier(in: ledger.connection).size
            try Self.refuse(ledger)
            try Self.expectWhole(ledger, entries: start)
            try ledger.transaction {
                try ledger.append(Self.entry)
                try Self.refuse(ledger)
                try ledger.append(Self.entry)
            }
            try Self.expectWhole(ledger, entries: start + 2)
            ledger.close()
        }
    }

    /// A database of the first schema has lines and no tree yet.
    @Test func treeIsMadeForTheLinesThatAreThere() async throws {
        try await StoreFixture.with { fixture async throws in
            let ledger = try fixture.ledger()
            for _ in 0..<5 { try ledger.append(Self.entry) }
            try ledger.connection.execute(
                """
                DROP TABLE audit_leaves; DROP TABLE audit_tree; DROP TABLE audit_checkpoints;
                DELETE FROM migrations WHERE name = 'audit tree'
                """
            )
            ledger.close()
            let migrated = try Ledger(
                path: fixture.folder.file("rotator.db"),
                origin: EngineWorld.origin,
                mayMigrate: true,
                generators: BuiltInGenerators()
            )
            try Self.expectWhole(migrated)
            migrated.close()
        }
    }

    private static let changes: [(sql: String, entries: Int64, leaves: Int64?)] = [
        (
            "DROP TRIGGER audit_log_appends; INSERT INTO audit_log SELECT seq + 1, line FROM audit_log ORDER BY seq DESC LIMIT 1",
            1, 0
        ),
        ("DROP TRIGGER audit_log_no_delete; DELETE FROM audit_log WHERE seq = (SELECT max(seq) FROM audit_log)", -1, 0),
        ("UPDATE audit_tree SET frontier = x'00'", 0, nil),
    ]

    /// Nothing is appended to a log that another program has changed: the history can't be written, so nothing rotates.
    @Test(arguments: changes.indices)
    func nothingIsAppendedToAChangedLog(index: Int) async throws {
        let change = Self.changes[index]
        try await StoreFixture.with { fixture async throws in
            let ledger = try fixture.ledger()
            try ledger.append(Self.entry)
            let size = Int64(clamping: try TreeTable.frontier(in: ledger.connection).size)
            ledger.close()
            try fixture.execute(change.sql)
            let altered = HistoryAltered(
                path: fixture.folder.file("rotator.db"),
                entries: size + change.entries,
                leaves: change.leaves.map { size + $0 }
            )
            await #expect(throws: altered) { try await fixture.store.append(Self.entry) }
        }
    }

    @Test(arguments: [
        "UPDATE audit_leaves SET hash = zeroblob(32)", "DELETE FROM audit_leaves",
        "DELETE FROM audit_checkpoints WHERE size > -1",
    ])
    func leavesStay(sql: String) async throws {
        try await StoreFixture.with { fixture async throws in
            try await fixture.store.append(Self.entry)
            try fixture.execute("INSERT INTO audit_checkpoints (size, signed_at, note) VALUES (1, 1, 'n')")
            #expect(throws: SQLiteError.self) { try fixture.execute(sql) }
        }
    }

    /// An entry that would be longer than any reader takes is refused, and the log stays as it is.
    @Test func lineIsBounded() async throws {
        try await StoreFixture.with { fixture async throws in
            let ledger = try fixture.ledger()
            let text = String(repeating: "x", count: 70_000)
            let long = AuditEntry(
                Audit.RestoreAccepted(HistoryBehind(mark: 1, newest: 1, isOther: false), reason: text),
                time: "",
                actor: .daemon
            )
            #expect(throws: AuditLineTooLong.self) { try ledger.append(long) }
            try Self.expectWhole(ledger)
            ledger.close()
        }
    }
}
