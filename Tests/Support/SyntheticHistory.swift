package import RotationCore
import RotationStore
import SQLite
package import Scheduling
import ValueGenerators

/// A history that was never lived: months of entries and rotations, at instants that a test chooses, with a whole tree.
package final class SyntheticHistory {
    /// An entry that waits for its number.
    private struct Entry {
        var time: Instant
        var fields: [String: JSONValue?]
    }

    /// The hub of all its secrets.
    package static let hub = "production"
    private static let policyHash = "6f1ed002ab5595859014ebf0951522d9"
    let path: String
    let connection: Connection
    private let random = SeededRandom(seed: 11)
    private var entries: [Entry] = []

    /// Makes a database, or replaces the log of one that has none yet.
    package init(path: String) throws {
        self.path = path
        try Self.ledger(path).close()
        connection = try Connection(path: path, mode: .readWrite)
        // Made again from the lines by the next writer.
        try connection.execute("BEGIN; DELETE FROM audit_tree")
    }

    private static func ledger(_ path: String) throws -> Ledger {
        try Ledger(path: path, origin: EngineWorld.origin, mayMigrate: true, generators: BuiltInGenerators())
    }

    /// A user as an actor.
    package static func user(_ name: String, uid: Int64 = 1000) -> JSONValue {
        ["kind": "user", "name": .string(name), "uid": .integer(uid)]
    }

    /// Notes an event.
    package func note(
        _ event: AuditEventName,
        at time: Instant,
        of alias: String? = nil,
        by actor: JSONValue = ["kind": "daemon"],
        hub: String? = nil,
        rotation: String? = nil,
        trigger: Trigger? = nil,
        _ detail: [String: JSONValue] = [:]
    ) {
        let hub = hub ?? alias.map { _ in Self.hub }
        entries.append(
            Entry(
                time: time,
                fields: [
                    "actor": actor, "alias": alias.map(JSONValue.string), "event": .string(event.rawValue),
                    "host": "ops1.example.com",
                    "hub": hub.map(JSONValue.string), "rotation": rotation.map(JSONValue.string),
                    "time": .string(time.rfc3339), "trigger": trigger.map { .string($0.rawValue) }, "version": "1.0.0",
                    "boot": "5f4c5b1e-7d0a-4a57-8a3e-0d7a2f6ce0aa", "detail": detail.isEmpty ? nil : .object(detail),
                ]
            )
        )
    }

    /// Notes that a schedule was added.
    package func schedule(
        _ alias: String,
        at time: Instant,
        by actor: JSONValue = user("maria"),
        _ terms: [String: JSONValue]
    ) {
        var terms = terms
        terms["generator"] = terms["generator"] ?? ["length": 32, "type": "password"]
        note(
            .scheduleAdded,
            at: time,
            of: alias,
            by: actor,
            ["new": .object(terms), "policy_hash": .string(Self.policyHash)]
        )
    }

    /// Notes a request of a user.
    ///
    /// - Returns: Its ID.
    package func request(
        _ alias: String,
        at time: Instant,
        by actor: JSONValue = user("maria"),
        trigger: Trigger = .rotateNow,
        reason: String? = nil,
        ticket: String? = nil,
        despiteHold: String? = nil
    ) throws -> String {
        let id = RotationID(milliseconds: time.rawValue, random: random).rawValue
        let detail: [String: JSONValue?] = [
            "request": .string(id), "reason": reason.map(JSONValue.string), "ticket": ticket.map(JSONValue.string),
            "despite_hold": despiteHold.map(JSONValue.string),
        ]
        note(.rotationRequested, at: time, of: alias, by: actor, trigger: trigger, detail.compactMapValues { $0 })
        try connection.run(
            """
            INSERT INTO requests (id, hub, alias, "trigger", requested_at, actor, reason) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
            """,
            id,
            Self.hub,
            alias,
            trigger.rawValue,
            time,
            actor.canonicalText,
            reason
        )
        return id
    }

    /// Notes a rotation.
    ///
    /// - Parameters:
    ///   - outcome: `succeeded`, `failed` or `abandoned`; nil for one that is parked.
    ///   - request: The request that it serves.
    package func rotate(
        _ alias: String,
        at time: Instant,
        _ outcome: String? = "succeeded",
        trigger: Trigger = .schedule,
        error: String? = nil,
        request: String? = nil,
        attempts: Int64 = 1,
        took: Duration = .seconds(2),
        reason: String = "decided by hand"
    ) throws {
        let id = RotationID(milliseconds: time.rawValue, random: random).rawValue
        let end = time.advanced(by: took)
        let isConfirmed: Int64? = outcome == "succeeded" ? 1 : nil
        try connection.run(
            """
            INSERT INTO rotations (id, hub, alias, "trigger", opened_at, generator, policy_hash, finish_after_ms, phase, attempts,
                outcome, ended_at, closed_at, error, is_confirmed)
            VALUES (?1, ?2, ?3, ?4, ?5, '{"length":32,"type":"password"}', ?6, 0, ?7, ?8, ?9, ?10, ?10, ?11, ?12)
            """,
            id,
            Self.hub,
            alias,
            trigger.rawValue,
            time,
            Self.policyHash,
            outcome == nil ? "parked" : "closed",
            attempts,
            outcome,
            outcome.map { _ in end },
            error,
            isConfirmed
        )
        if let request { try connection.run("UPDATE requests SET rotation = ?1 WHERE id = ?2", id, request) }
        noteRotation(id, alias, time, end, outcome, trigger, error, request, attempts, reason)
    }

    private func noteRotation(
        _ id: String,
        _ alias: String,
        _ time: Instant,
        _ end: Instant,
        _ outcome: String?,
        _ trigger: Trigger,
        _ error: String?,
        _ request: String?,
        _ attempts: Int64,
        _ reason: String
    ) {
        func say(
            _ event: AuditEventName,
            _ time: Instant,
            by: JSONValue = ["kind": "daemon"],
            _ detail: [String: JSONValue] = [:]
        ) {
            note(event, at: time, of: alias, by: by, rotation: id, trigger: trigger, detail)
        }
        var opened: [String: JSONValue] = ["generator": "password", "policy_hash": .string(Self.policyHash)]
        if let request { opened["requests"] = [.string(request)] }
        say(.rotationOpened, time, opened)
        say(.rotationStaged, time)
        say(.rotationAttempted, time, ["attempt": 1])
        let error: JSONValue = .string(error ?? "unavailable")
        switch outcome {
        case "succeeded":
            say(.rotationDelivered, end, ["attempt": 1, "status": 200])
            say(.rotationSucceeded, end, ["attempts": .integer(attempts), "confirmed": true])
            say(.rotationClosed, end)
        case "failed":
            say(.rotationFailed, end, ["attempts": .integer(attempts), "error": error])
            say(.rotationClosed, end)
        case "abandoned":
            say(
                .rotationAbandoned,
                end,
                by: Self.user("omar"),
                ["attempts": .integer(attempts), "reason": .string(reason)]
            )
            say(.rotationClosed, end)
        default: say(.rotationParked, end, ["error": error])
        }
    }

    /// Writes the entries in the order of their instants, and makes the tree.
    ///
    /// - Returns: How many entries there are.
    @discardableResult
    package func finish() throws -> Int {
        let sorted = entries.enumerated().sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }
        for (index, entry) in sorted.enumerated() {
            var fields = entry.element.fields
            fields["seq"] = .integer(Int64(index + 1))
            try connection.run(
                "INSERT INTO audit_log (seq, line) VALUES (?1, ?2)",
                Int64(index + 1),
                JSONValue.fields(fields).canonicalText
            )
        }
        try connection.execute("COMMIT")
        connection.close()
        try Self.ledger(path).close()
        return sorted.count
    }
}
