import RotationCore
import RotationStore
import SQLite
import Scheduling
import TestSupport
import Testing

/// Entries are chosen as SQL over the documented view chooses them.
@Suite(.timeLimit(.minutes(5)))
struct AuditQueryTests {
    private static func query(_ change: (inout AuditQuery) -> Void) -> AuditQuery {
        var query = AuditQuery()
        change(&query)
        return query
    }

    /// Each query, and the condition over `audit_entries` that means the same.
    private static let cases: [(query: AuditQuery, condition: String)] = [
        (query { _ in }, "true"),
        (query { $0.secrets = ["db_a"] }, "alias = 'db_a'"),
        (query { $0.secrets = ["db_*"] }, "alias GLOB 'db_*'"),
        (
            query { $0.secrets = ["h/db_a", "i/*"] },
            "hub || '/' || alias = 'h/db_a' OR (hub = 'i' AND alias IS NOT NULL)"
        ),
        (query { $0.secrets = ["*_a"] }, "alias GLOB '*_a'"),
        (query { $0.hubs = ["i"] }, "hub = 'i'"),
        (query { $0.events = ["rotation.failed"] }, "event = 'rotation.failed'"),
        (
            query { $0.events = ["rotation.*", "daemon.stopped"] },
            "event GLOB 'rotation.*' OR event = 'daemon.stopped'"
        ),
        (query { $0.triggers = [.signal] }, "\"trigger\" = 'signal'"),
        (query { $0.actors = ["daemon"] }, "actor_kind = 'daemon'"),
        (query { $0.actors = ["al*"] }, "actor_name GLOB 'al*'"),
        (query { $0.actors = ["1001"] }, "actor_uid = 1001"),
        (query { $0.start = Instant(rawValue: 5000) }, "time >= '1970-01-01T00:00:05.000Z'"),
        (query { $0.end = Instant(rawValue: 5000) }, "time < '1970-01-01T00:00:05.000Z'"),
        (query { $0.after = 7 }, "seq > 7"),
        (query { ($0.events, $0.hubs) = (["rotation.*"], ["h"]) }, "event GLOB 'rotation.*' AND hub = 'h'"),
        // What only looks like a member is none.
        (query { $0.secrets = ["decoy"] }, "alias = 'decoy'"),
        (query { $0.secrets = ["d?_[a-b]"] }, "alias GLOB 'd?_[a-b]'"),
    ]

    private static let alice = Actor.user(name: "alice", uid: 1001)

    /// Entries of two hubs, of several actors, and with details that look like other members.
    private static func fill(_ fixture: StoreFixture) async throws {
        let actors: [Actor] = [.daemon, alice, .signal]
        for number in 0..<12 {
            let time = Instant(rawValue: Int64(number) * 1000).rfc3339
            let actor = actors[number % 3]
            let entry =
                switch number % 4 {
                case 0: AuditEntry(Audit.DaemonStopped(), time: time, actor: actor)
                case 1:
                    AuditEntry(
                        Audit.SecretListed(count: number),
                        time: time,
                        actor: actor,
                        hub: number % 2 == 0 ? "h" : "i"
                    )
                default:
                    AuditEntry(
                        Audit.SchedulePaused(reason: #"a reason with "alias":"decoy" in it"#, until: nil),
                        time: time,
                        actor: actor,
                        hub: number % 3 == 0 ? "h" : "i",
                        alias: number % 4 == 2 ? "db_a" : "db_b"
                    )
                }
            try await fixture.store.append(entry)
        }
        let rotation = try await fixture.opened()
        try await fixture.end(rotation)
    }

    /// Python's sqlite3 module answers the condition.
    @Test func eachCriterionIsTheConditionOverTheView() async throws {
        try await StoreFixture.with { fixture async throws in
            try await Self.fill(fixture)
            let history = try fixture.history()
            defer { history.close() }
            let program = """
                import sqlite3, sys
                path, *conditions = [line.rstrip('\\n') for line in sys.stdin]
                database = sqlite3.connect(f'file:{path}?mode=ro', uri=True)
                for condition in conditions:
                    rows = database.execute(f'SELECT seq FROM audit_entries WHERE {condition} ORDER BY seq')
                    print('found', *[row[0] for row in rows])
                """
            let lines = [fixture.folder.file("rotator.db")] + Self.cases.map(\.condition)
            let answers = try await offPool { try Python.run(program, lines: lines) }
            #expect(answers.count == Self.cases.count)
            for ((query, condition), answer) in zip(Self.cases, answers) {
                var found: [Int64] = []
                try history.eachLine(matching: query) { seq, _ in found.append(seq) }
                #expect((["found"] + found.map(String.init)).joined(separator: " ") == answer, "\(condition)")
            }
        }
    }

    @Test func limitTakesTheOldestOrTheNewestInTheLogsOrder() async throws {
        try await StoreFixture.with { fixture async throws in
            try await Self.fill(fixture)
            let history = try fixture.history()
            defer { history.close() }
            func found(_ limit: AuditQuery.Limit?) throws -> [Int64] {
                var found: [Int64] = []
                let query = Self.query { ($0.hubs, $0.limit) = (["i"], limit) }
                try history.eachLine(matching: query) { seq, _ in found.append(seq) }
                return found
            }
            let all = try found(nil)
            #expect(all.count > 3)
            #expect(try found(.first(2)) == Array(all.prefix(2)))
            #expect(try found(.last(2)) == Array(all.suffix(2)))
        }
    }

    /// A rotation's outcome chooses its whole story, from the claim on.
    @Test func outcomeChoosesAllEntriesOfRotationsThatEndedSo() async throws {
        try await StoreFixture.with { fixture async throws in
            let rotation = try await fixture.opened()
            try await fixture.end(rotation)
            let history = try fixture.history()
            defer { history.close() }
            for outcome in AuditQuery.RotationOutcomeName.allCases {
                var lines: [String] = []
                try history.eachLine(matching: Self.query { $0.outcomes = [outcome] }) {
                    lines.append(String(decoding: $1, as: UTF8.self))
                }
                #expect(lines.isEmpty == (outcome != .succeeded))
                #expect(lines.allSatisfy { $0.contains(rotation.id.description) })
                #expect(outcome != .succeeded || lines.contains { $0.contains("rotation.opened") })
            }
        }
    }

    /// An error of the reader ends the query at once.
    @Test func readersErrorEndsTheQuery() async throws {
        struct Full: Error {}
        try await StoreFixture.with { fixture async throws in
            try await Self.fill(fixture)
            let history = try fixture.history()
            defer { history.close() }
            var count = 0
            #expect(throws: Full.self) {
                try history.eachLine(matching: AuditQuery()) { _, _ in
                    count += 1
                    if count == 3 { throw Full() }
                }
            }
            #expect(count == 3)
        }
    }

    /// Lines that another program has made no JSON end no query, and are shown wherever their text does not rule them out.
    @Test func lineThatIsNoJSONIsShown() async throws {
        try await StoreFixture.with(isTampered: true) { fixture async throws in
            try await Self.fill(fixture)
            try fixture.execute(
                """
                DROP TRIGGER audit_log_no_update;
                UPDATE audit_log SET line = '{"actor":' || substr(line, 2) WHERE line LIKE '%"alias":"db_a"%'
                """
            )
            let history = try fixture.history()
            defer { history.close() }
            let mayMatch = [
                Self.query { $0.start = Instant(rawValue: 0) }, Self.query { $0.end = Instant(rawValue: 0) },
                Self.query { $0.actors = ["nobody"] }, Self.query { $0.outcomes = [.failed] },
                Self.query { $0.secrets = ["db_a"] },
            ]
            for query in mayMatch {
                var found: [LoggedEntry] = []
                try history.eachEntry(matching: query) { found.append($0) }
                #expect(found.contains { $0.event == nil && $0.seq > 1 }, "\(query)")
            }
            var found: [LoggedEntry] = []
            try history.eachEntry(matching: Self.query { $0.secrets = ["db_b"] }) { found.append($0) }
            #expect(found.allSatisfy { $0.event != nil } && !found.isEmpty)
            try history.openViews()
            let known = try history.count(.entries(from: Instant(rawValue: 0), to: Instant(rawValue: 1_000_000)))
            #expect(known > 0)
            #expect(try history.count(.changes(to: Instant(rawValue: 1_000_000))) > 0)
        }
    }

    /// A daemon starts, and copies its history, though another program has made its newest lines no JSON.
    @Test func lineThatIsNoJSONHoldsUpNoDaemon() async throws {
        try await StoreFixture.with(isTampered: true) { fixture async throws in
            try await Self.fill(fixture)
            let verified = Audit.AuditVerified(checkpoints: 0, entries: 1, problems: 0, signaturesChecked: false)
            try await fixture.store.append(AuditEntry(verified, time: Instant(rawValue: 0).rfc3339, actor: Self.alice))
            #expect(try fixture.history().lastVerification() != nil)
            try fixture.execute("DROP TRIGGER audit_log_no_update; UPDATE audit_log SET line = 'x' || line")
            let ledger = try fixture.ledger()
            defer { ledger.close() }
            #expect(try ledger.latestEntryTime() == nil)
            #expect(try ledger.history.archivable(before: Instant(rawValue: 0)) == nil)
            #expect(try ledger.history.configurationRejectedAt() == nil)
            #expect(try ledger.history.confinesPlugIns() == nil)
            #expect(try ledger.history.lastVerification() == nil)
            _ = try ledger.history.verify([], keys: [])
        }
    }
}
