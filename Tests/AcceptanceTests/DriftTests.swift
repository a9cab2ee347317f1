import Foundation
import SandboxHub
import TestSupport
import Testing

/// `drift` and the daemon's daily look: what others do to a hub is found, recorded once, and shown until it has ended.
@Suite(.timeLimit(.minutes(5)))
struct DriftTests {
    /// Runs `drift --json`: the findings as `KIND SECRET`, with a plus where they are new.
    private static func drift(
        _ world: World,
        exits status: Int32,
        user: UInt32? = nil,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> [String] {
        let outcome = try await world.run(["drift", "--json"], user: user)
        #expect(outcome.status == status, "\(outcome.errors)", sourceLocation: sourceLocation)
        return outcome.objects.map { finding in
            let isNew = finding["new"] as? Bool == true
            return "\(isNew ? "+" : "")\(finding["kind"] ?? "?") \(finding["secret"] ?? "?")"
        }
    }

    /// The details of the entries `drift.found`, as `ERROR ALIAS`.
    private static func entries(_ world: World) async throws -> [String] {
        try await world.audit().filter { $0["event"] as? String == "drift.found" }.map { entry in
            "\((entry["detail"] as? [String: Any])?["error"] ?? "?") \(entry["alias"] ?? "?")"
        }
    }

    /// Changed, missing, unmanaged and overdue, with and without a daemon.
    private static func useAll(_ world: World) async throws {
        for alias in ["changed", "gone", "quiet"] {
            try await world.expect(0, "rotate-now", alias, "--wait")
        }
        #expect(try await drift(world, exits: 0) == [])
        let empty = try await world.run("drift")
        #expect(empty.status == 0 && empty.output == "no drift\n")
        try await world.expect(0, "status")

        world.hub.change("changed", by: "mallory")
        world.hub.delete("gone", by: "mallory")
        world.hub.create("stray", value: "v")
        try await world.expect(0, "schedule", "edit", "quiet", "--max-age", "40d")
        let age = "UPDATE schedules SET last_success = last_success - 41 * 86400000 WHERE alias = 'quiet'"
        try await world.change(world.folder.file("rotator.db"), age)
        let expected = ["changed local/changed", "missing local/gone", "overdue local/quiet", "unmanaged local/stray"]
        #expect(try await drift(world, exits: 1) == expected.map { "+\($0)" })
        #expect(try await drift(world, exits: 1) == expected)
        #expect(try await entries(world) == ["changed changed", "missing gone", "overdue quiet", "unmanaged stray"])
        let table = try await world.run("drift")
        #expect(table.status == 1 && table.output.contains("by user mallory that is not ours"))
        #expect(!table.output.contains("value was"))

        let changed = try await world.problem("secret_changed")
        #expect(changed["subject"] as? String == "local/changed")
        #expect((changed["text"] as? String)?.contains("by user mallory") == true)
        #expect(try await world.problem("secret_missing")["subject"] as? String == "local/gone")
        #expect(try await world.run("status", "--json").objects.first?["unmanaged_secrets"] as? Int == 1)
    }

    @Test func whatOthersDoIsFoundOnceAndEnds() async throws {
        try await World.with { world async throws in
            try await world.schedule("changed", "gone", "quiet", every: "30d", options: ["--min-interval", "0s"])
            try await world.withDaemon { _ async throws in
                try await Self.useAll(world)
                // What we do ourselves is no drift, and ends what was found.
                try await world.expect(0, "rotate-now", "changed", "--wait")
                try await world.expect(0, "schedule", "remove", "gone")
                try await world.expect(0, "schedule", "edit", "quiet", "--max-age", "300d")
                try await world.expect(0, "schedule", "add", "stray", "--every", "30d")
                #expect(
                    World.kinds(of: try await world.run("status", "--json")).filter { $0.hasPrefix("secret_") } == []
                )
                #expect(try await Self.drift(world, exits: 0) == [])
                try await world.expect(0, "secret", "update", "changed", "--description", "ours")
                #expect(try await Self.drift(world, exits: 0) == [])
                // It can be found again.
                try await world.expect(0, "rotate-now", "changed", "--wait")
                world.hub.change("changed", by: "mallory")
                #expect(try await Self.drift(world, exits: 1) == ["+changed local/changed"])
            }
        }
    }

    @Test func commandDoesItWithoutADaemon() async throws {
        try await World.with { world async throws in
            try await world.schedule("changed", "gone", every: "30d", options: ["--min-interval", "0s"])
            try await world.withDaemon { _ async throws in
                try await world.expect(0, "rotate-now", "changed", "--wait")
                try await world.untilNothingIsOpen()
            }
            world.hub.change("changed", by: "mallory")
            world.hub.delete("gone", by: "mallory")
            let expected = ["+changed local/changed", "+missing local/gone"]
            #expect(try await Self.drift(world, exits: 1) == expected)
            #expect(try await world.events().filter { $0 == "secret.listed" }.count == 1)
            try await world.expect(66, "drift", "--hub", "nowhere")
        }
    }

    /// A hub that could not be asked is no hub without drift.
    @Test func hubThatCanNotBeAskedExitsWith69() async throws {
        try await World.with { world async throws in
            try await world.schedule("a", every: "30d")
            try await world.withDaemon { _ async throws in
                for status in [503, 403] {
                    world.hub.inject([SandboxFault(.status(status), method: "GET")])
                    let outcome = try await world.run("drift", "--json")
                    #expect(outcome.status == 69 && outcome.output.isEmpty, "\(outcome.errors)")
                    #expect(outcome.errors.hasPrefix("error: hub local: "))
                }
                #expect(try await Self.drift(world, exits: 0) == [])
            }
        }
    }

    /// The daily look: what it has stored is due, so it looks at its start; a restart does not look again.
    @Test func daemonLooksByItselfOnceADay() async throws {
        try await World.with { world async throws in
            try await world.schedule("gone", every: "30d")
            world.hub.delete("gone", by: "mallory")
            let lists = { world.hub.received.count { $0.method == "GET" } }
            let due = "INSERT INTO drift_looks (hub, looked_at, due_at) VALUES ('local', 1, 1)"
            try await world.change(world.folder.file("rotator.db"), due)
            try await world.withDaemon { _ async throws in
                try await eventually("it is found") { try await Self.entries(world) == ["missing gone"] }
                #expect(try await world.problem("secret_missing")["subject"] as? String == "local/gone")
                let entry = try await world.audit().first { $0["event"] as? String == "drift.found" }
                #expect((entry?["actor"] as? [String: Any])?["kind"] as? String == "daemon")
                try await eventually("the look is over") {
                    try world.log.contains("drift: the hub was held against the history")
                }
            }
            #expect(lists() == 1)
            let query = "SELECT due_at - looked_at >= 86400000 FROM drift_looks WHERE hub = 'local'"
            #expect(try await Oracle.sqlite(world.folder.file("rotator.db"), query) == "1")
            try await world.withDaemon { _ async throws in try await world.expect(1, "status") }
            #expect(lists() == 1)
        }
    }

    private static let auditor: UInt32 = 61_031
    private static let stranger: UInt32 = 61_032
    private static let isRoot = getuid() == 0

    @Test(.enabled(if: isRoot, "needs root, to become other users"))
    func auditorsMayAndStrangersMayNot() async throws {
        try await World.with(extra: "roles: {auditors: {users: [\(Self.auditor)]}}") { world async throws in
            try await world.schedule("a", every: "30d")
            try await world.withDaemon { _ async throws in
                for (name, mode) in [("", 0o755), ("config.yaml", 0o644), ("control.sock", 0o666)] {
                    chmod(world.folder.file(name), mode_t(mode))
                }
                #expect(try await Self.drift(world, exits: 0, user: Self.auditor) == [])
                let refused = try await world.run(["drift"], user: Self.stranger)
                #expect(refused.status == 77)
                #expect(refused.errors.contains("may not do this: it needs the right to look"), "\(refused.errors)")
            }
            let listed = try await world.audit().filter { $0["event"] as? String == "secret.listed" }
            #expect(listed.compactMap { ($0["actor"] as? [String: Any])?["uid"] as? Int } == [Int(Self.auditor)])
        }
    }

    // MARK: The hub's own audit log

    /// The log of the hub is read up to five minutes ago: the test moves what was read, and when, back.
    private static func lookAgain(_ world: World) async throws -> World.Looked {
        let sql = "UPDATE drift_looks SET log_read_until = 1000"
        try await world.change(world.folder.file("rotator.db"), sql)
        let outcome = try await world.run("drift", "--json")
        return .init(
            status: outcome.status,
            kinds: outcome.objects.compactMap { $0["kind"] as? String },
            outcome.errors
        )
    }

    @Test func hubsOwnLogIsHeldAgainstOurs() async throws {
        try await World.with(hub: "audit_log: true") { world async throws in
            try await world.schedule("a", every: "30d", options: ["--min-interval", "0s"])
            let none = try await world.run("drift")
            #expect(none.status == 0)
            #expect(none.errors == "hub local: its audit log is not available: not_found (HTTP 404)\n")
            world.hub.keepAuditLog(as: "org_secret")
            let empty = try await Self.lookAgain(world)
            #expect(
                empty.status == 0
                    && empty.errors.contains("has no entries since 1970-01-01 00:00:01Z: no proof of silence")
            )
            // Ours by hand, ten minutes ago by the hub's log, and one that nobody of ours has made, an hour ago.
            try await world.expect(0, "secret", "update", "a", "--description", "ours")
            world.hub.logChange("a", by: "mallory", age: 3600)
            let found = try await Self.lookAgain(world)
            #expect(found.status == 0 && found.kinds == [], "\(found.errors)")
            // From the schedule's beginning on.
            let earlier = "UPDATE schedules SET anchor = anchor - 86400000"
            try await world.change(world.folder.file("rotator.db"), earlier)
            let again = try await Self.lookAgain(world)
            #expect(again.status == 1 && again.kinds == ["unknown_change"], "\(again.errors)")
            #expect(try await Self.lookAgain(world).kinds == ["unknown_change"])
            #expect(try await Self.entries(world) == ["unknown_change a"])
            try await world.withDaemon { _ async throws in
                #expect(try await world.problem("unknown_change")["subject"] as? String == "local/a")
                try await world.expect(0, "rotate-now", "a", "--wait")
                try await world.expect(0, "status")
            }
        }
    }
}

extension World {
    /// What a look has shown.
    struct Looked {
        var status: Int32
        var kinds: [String]
        var errors: String

        init(status: Int32, kinds: [String], _ errors: String) {
            (self.status, self.kinds, self.errors) = (status, kinds, errors)
        }
    }
}
