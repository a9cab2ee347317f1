import ArgumentParser
import Foundation
import RotationCore
import RotationStore
import SQLite
import ValueGenerators

/// A history with rows made by SQL: what years leave behind.
struct LargeHistory {
    let database: String
    /// What is told of its commits.
    let stream: CommitStream
    private let entries: Int

    /// How many entries a rotation has.
    private static let entriesOfOne = 7

    init(database: String, entries: Int, requests: Int, schedules: Int) throws {
        (self.database, self.entries) = (database, entries)
        let origin = AuditOrigin(host: "bench", boot: "bench", version: "bench")
        let generators = BuiltInGenerators()
        try Ledger(path: database, origin: origin, mayMigrate: true, generators: generators).close()
        stream = CommitStream(position: 0)
        let connection = try Connection(path: database, mode: .readWrite)
        defer { connection.close() }
        let rotations = max(1, entries / Self.entriesOfOne)
        try connection.transaction {
            try connection.execute(Self.schedules(schedules))
            try connection.execute(Self.rotations(rotations))
            try connection.execute(Self.requests(requests, rotations: rotations))
            try connection.execute(Self.entries(from: 1, to: entries))
        }
        _ = try connection.truncateWAL()
    }

    /// Its size.
    var mebibytes: Int {
        let attributes = try? FileManager.default.attributesOfItem(atPath: database)
        return ((attributes?[.size] as? Int) ?? 0) >> 20
    }

    // MARK: Changes

    /// Changes rotations, with an entry for each, and tells the stream.
    func note(rotations: Range<Int>) throws {
        var changes = try change(rotations)
        changes.entries = []
        stream.publish(Commit(number: stream.position + 1, changes: changes))
    }

    /// Changes rotations, and tells only that there was something.
    func leaveGap(rotations: Range<Int>) throws {
        _ = try change(rotations)
        stream.publish(Commit(number: stream.position + 2, changes: Commit.Changes()))
        stream.publish(Commit(number: stream.position + 5000, changes: Commit.Changes()))
    }

    private func change(_ rotations: Range<Int>) throws -> Commit.Changes {
        let connection = try Connection(path: database, mode: .readWrite)
        defer { connection.close() }
        var changes = Commit.Changes()
        try connection.transaction {
            for number in rotations {
                let row = try connection.first(
                    "UPDATE rotations SET cycles = cycles + 1 WHERE id = \(Self.id("\(number)")) RETURNING id, alias"
                ) { row throws(SQLiteError) in
                    (id: try row.get(0, as: RotationID.self), alias: try row.get(1, as: String.self))
                }
                guard let row, let alias = SecretAlias(row.alias) else { continue }
                changes.schedules.append(SecretName(hub: "bench", alias: alias))
                changes.requests.append(.served(SecretName(hub: "bench", alias: alias), by: row.id))
            }
            let newest = try connection.first("SELECT max(seq) FROM audit_log") { row throws(SQLiteError) in
                try row.get(0, as: Int.self)
            }
            let next = (newest ?? 0) + 1
            try connection.execute(
                Self.entries(from: next, to: next + rotations.count - 1, of: "\(rotations.lowerBound) + n - \(next)")
            )
            try connection.execute("UPDATE fence SET commits = commits + 10000")
        }
        return changes
    }

    // MARK: Rows

    /// SQL of a rotation's ID; IDs grow with their numbers.
    private static func id(_ number: String, kind: Int = 7) -> String {
        "printf('%08x-%04x-\(kind)%03x-8%03x-%012x', (\(number)) / 65536, (\(number)) % 65536, 1, 2, \(number))"
    }

    private static func numbers(from first: Int = 1, to last: Int) -> String {
        "WITH RECURSIVE c(n) AS (SELECT \(first) UNION ALL SELECT n + 1 FROM c WHERE n < \(last))"
    }

    private static func schedules(_ count: Int) -> String {
        """
        INSERT INTO schedules (hub, alias, every_ms, min_interval_ms, generator, owner, anchor, next_step, slot, next_due)
        \(numbers(to: count))
        SELECT 'bench', 'secret_' || n, 2592000000, 60000, '{"length":32,"type":"password"}', 'team-' || (n % 50),
            1795435200000, 'slot', 1798027200000, 1798027200000 FROM c
        """
    }

    private static func rotations(_ count: Int) -> String {
        """
        INSERT INTO rotations (id, hub, alias, "trigger", opened_at, generator, policy_hash, finish_after_ms, phase,
            attempts, outcome, ended_at, closed_at, seen_updates, fingerprint)
        \(numbers(from: 0, to: count - 1))
        SELECT \(id("n")), 'bench', 'secret_' || (1 + n % 100000), 'schedule', 1795435200000 + n,
            '{"length":32,"type":"password"}', '6f1ed002ab5595859014ebf0951522d9', 0, 'closed', 1, 'succeeded',
            1795435200000 + n, 1795435200000 + n, '1795435200000', randomblob(32) FROM c;
        INSERT INTO attempts (rotation, number, started_at, ended_at, outcome, status, request_id)
        SELECT id, 1, opened_at, ended_at, 'delivered', 200, 'request-' || id FROM rotations;
        """
    }

    private static func requests(_ count: Int, rotations: Int) -> String {
        """
        INSERT INTO requests (id, hub, alias, "trigger", requested_at, actor, rotation)
        \(numbers(from: 0, to: count - 1))
        SELECT \(id("n", kind: 6)), 'bench', 'secret_' || (1 + n % 100000), 'rotate_now', 1795435200000 + n,
            '{"kind":"user","name":"bench","uid":1000}', \(id("n % \(rotations)")) FROM c WHERE \(count) > 0
        """
    }

    private static func entries(from first: Int, to last: Int, of rotation: String = "n / \(entriesOfOne)") -> String {
        """
        INSERT INTO audit_log (seq, line) \(numbers(from: first, to: last))
        SELECT n, '{"actor":{"kind":"daemon"},"alias":"secret_' || (n % 100000) || '","boot":"'
            || '5f4c5b1e-7d0a-4a57-8a3e-0d7a2f6ce0aa","detail":{"attempt":1,"status":200,"request_id":"' || n
            || '","generator":"password","policy":"6f1ed002ab5595859014ebf0951522d9"},"event":"rotation.attempted","host":'
            || '"bench.example.com","hub":"bench","rotation":"' || \(id(rotation)) || '","seq":' || n
            || ',"time":"2026-11-23T11:26:12.123Z","trigger":"schedule","version":"1.0.0"}' FROM c
        """
    }
}
