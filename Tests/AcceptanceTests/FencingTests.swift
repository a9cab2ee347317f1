import Foundation
import Glibc
import SandboxHub
import SystemPackage
import TestSupport
import Testing

/// A daemon that is not the only writer any more, and a history that is not the newest one.
@Suite(.timeLimit(.minutes(5)))
struct FencingTests {
    /// The lock's file is removed, so that a second daemon can start: the first one ends.
    ///
    /// - Parameter isStopped: Whether the first one stands still meanwhile, with a list under way.
    @Test(arguments: [false, true])
    func daemonWhoseLockIsRemovedEnds(isStopped: Bool) async throws {
        try await World.with { world in
            try await world.schedule("a", every: "30d")
            let status = try await world.withDaemon { first in
                if isStopped {
                    world.hub.inject([SandboxFault(.slow, method: "GET", delay: 4000)])
                    try await world.expect(0, "rotate-now", "a")
                    // The hub notes a list when it answers it: that would be too late.
                    try await eventually("a list is under way") { try world.log.contains("rotation: staged") }
                    try await eventually("it stands still outside of a transaction") {
                        first.send(SIGSTOP)
                        let isFree = try await Self.isFree(world.folder.file("rotator.db"))
                        if !isFree { first.send(SIGCONT) }
                        return isFree
                    }
                }
                unlink(world.folder.file("rotator.db.lock"))
                let second = try await world.withDaemon(writingTo: world.open("second.log")) { _ in
                    try await world.expect(0, "rotate-now", "a", "--wait")
                    first.send(isStopped ? SIGCONT : SIGUSR1)
                    try await eventually("the first one has ended") { Self.hasEnded(first.pid) }
                    try await world.expect(0, "rotate-now", "a", "--wait")
                }
                #expect(second == 0)
            }
            #expect(status == 75)
            let log = try world.log
            #expect(log.contains("so this"))
            let events = try await world.events()
            #expect(events.count { $0 == "fence.lost" } == 1)
            // Each rotation has sent its one value.
            let rotations = events.count { $0 == "rotation.succeeded" }
            #expect(Set(world.patches("a").map(\.value)).count == rotations)
            #expect(world.patches("a").count == rotations)
        }
    }

    /// Without a second daemon, too: one could come at any moment.
    @Test func daemonWithoutItsLocksFileEnds() async throws {
        try await World.with { world in
            try await world.schedule("a", every: "30d")
            let status = try await world.withDaemon { daemon in
                unlink(world.folder.file("rotator.db.lock"))
                daemon.send(SIGUSR1)
                try await eventually("it has ended") { Self.hasEnded(daemon.pid) }
            }
            #expect(status == 75)
            #expect(world.patches("a").isEmpty)
        }
    }

    /// Files of an older copy, or a new database where there was another one.
    @Test(arguments: ["older pair", "new database", "unreadable mark"])
    func historyThatIsNotTheNewestRotatesNothing(what: String) async throws {
        try await World.with { world in
            try await world.schedule("a", every: "30d")
            try await world.withDaemon { _ in try await world.expect(0, "rotate-now", "a", "--wait") }
            try world.copyDatabases(to: "older")
            try await world.withDaemon { _ in try await world.expect(0, "rotate-now", "a", "--wait") }
            switch what {
            case "older pair": try world.putBack("older")
            case "new database":
                try world.removeDatabases()
                let added = try await world.run(["schedule", "add", "a", "--every", "30d"])
                #expect(added.status == 0, "\(added.errors)")
            default: try world.folder.write("no mark", to: "rotator.db.mark")
            }
            let sent = world.patches("a").count
            try await world.withDaemon { _ in
                try await world.expect(0, "rotate-now", "a")
                try await eventually("it says why nothing is rotated") {
                    try world.log.contains("restore --accept")
                }
                #expect(world.patches("a").count == sent)
                let problem = try await world.run("status", "--json")
                #expect(problem.status == 1 && problem.output.contains("history_behind"))
                // Requests are kept.
                try await world.expect(0, "restore", "--accept", "--reason", "the newest copy is lost")
                try await world.expect(0, "rotate-now", "a", "--wait")
                #expect(world.patches("a").count > sent)
                try await world.expect(1, "restore", "--accept", "--reason", "again")
            }
            let events = try await world.events()
            #expect(events.count { $0 == "restore.held" } == 1)
            #expect(events.count { $0 == "restore.accepted" } == 1)
            // It is the newest one from now on.
            try await world.withDaemon { _ in try await world.expect(0, "rotate-now", "a", "--wait") }
        }
    }

    /// The mark stays where it is while the history is behind: commands by hand do not hide it.
    @Test func restoreIsAcceptedWithoutADaemon() async throws {
        try await World.with { world in
            try await world.schedule("a", every: "30d")
            try world.copyDatabases(to: "older")
            try await world.schedule("b", "c", "d", every: "30d")
            try world.putBack("older")
            try await world.schedule("e", "f", "g", "h", "i", every: "30d")
            try await world.expect(0, "restore", "--accept", "--reason", "test")
            try await world.expect(64, "restore", "--reason", "test")
            let events = try await world.events()
            #expect(events.count { $0 == "restore.held" } == 1)
        }
    }

    /// The history is older than the candidates: a candidate that it does not know is kept, and used once it is known again.
    @Test func candidateOfAnUnknownRotationIsKept() async throws {
        try await World.with { world in
            try await world.schedule("a", every: "30d")
            try world.copyDatabases(to: "older")
            world.hub.inject([SandboxFault(.status(503, headers: [:], body: nil), method: "PATCH", times: 1000)])
            try await world.withDaemon { _ in
                try await world.expect(0, "rotate-now", "a")
                try await eventually("it is sent") { !world.patches("a").isEmpty }
            }
            try world.copyDatabases(to: "newest")
            try world.putBack("older", withCandidates: false)
            try await world.withDaemon { _ in
                let events = try await world.events()
                #expect(events.contains("candidate.kept"))
            }
            try world.putBack("newest", withCandidates: false)
            world.hub.clearFaults()
            try await world.withDaemon { _ in try await world.untilNothingIsOpen() }
            #expect(Set(world.patches("a").map(\.value)).count == 1)
            let events = try await world.events()
            #expect(events.contains("rotation.succeeded"))
        }
    }

    /// An older pair is put back whose rotation is open, without its mark, or with a restore that a person has accepted: the
    /// hub shows an update that this history does not know, so the old candidate is not sent over a newer value.
    @Test(arguments: ["no mark", "accepted", "newest"])
    func olderOpenRotationIsHeldWhereTheHubWasUpdatedSince(what: String) async throws {
        try await World.with { world in
            try await world.schedule("a", every: "30d")
            world.hub.inject([
                SandboxFault(.status(200, headers: [:], body: #"{"success":false}"#), method: "PATCH", times: 1000)
            ])
            try await world.withDaemon { _ in
                try await world.expect(0, "rotate-now", "a")
                try await eventually("it is sent") { !world.patches("a").isEmpty }
            }
            try world.copyDatabases(to: "older")
            world.hub.clearFaults()
            if what == "newest" {
                // The mark is lost, but the hub is as the history has it: the rotation goes on.
                _ = unlink(world.folder.file("rotator.db.mark"))
                try await world.withDaemon { _ in try await world.untilNothingIsOpen() }
                #expect(try await world.events().contains("rotation.succeeded"))
                return
            }
            try await world.withDaemon { _ in
                try await world.untilNothingIsOpen()
                try await world.expect(0, "rotate-now", "a", "--wait", "--despite-hold", "test")
            }
            try world.putBack("older")
            if what == "accepted" {
                try await world.expect(0, "restore", "--accept", "--reason", "the newest copy is lost")
            } else {
                _ = unlink(world.folder.file("rotator.db.mark"))
            }
            let sent = world.patches("a").count
            try await world.withDaemon { _ in
                try await eventually("it is held") { try await world.run("status", "--json").output.contains("parked") }
                #expect(world.patches("a").count == sent)
                let open = try await world.run("rotation", "list", "--open", "--json")
                #expect(open.output.contains("unknown_update"))
                let id = try #require(try await world.audit().last { $0["rotation"] != nil }?["rotation"] as? String)
                try await world.expect(0, "rotation", "abandon", id, "--reason", "a newer value is in force")
                try await world.expect(0, "rotate-now", "a", "--wait", "--despite-hold", "test")
                #expect(world.patches("a").count == sent + 1)
            }
        }
    }

    // MARK: Values that come late

    /// A PATCH that timed out is applied late: the next rotation waits for it.
    @Test func nextRotationWaitsForALateValue() async throws {
        try await World.with(timeout: "1s", hub: "late_hold: 20s") { world in
            try await world.schedule("a", every: "30d")
            world.hub.inject([SandboxFault(.slow, method: "PATCH", delay: 2500)])
            try await world.withDaemon { _ in
                try await world.expect(0, "rotate-now", "a", "--wait")
                // A time-out that is given counts while the rotation is held, too.
                #expect(try await world.run("rotate-now", "a", "--wait", "--timeout", "1s").status == 75)
                let held = try await world.run("rotate-now", "a", "--wait", "--timeout", "30s")
                #expect(held.status == 0)
                #expect(held.errors.contains("held until"))
                #expect(held.errors.contains("--despite-hold"))
            }
            let values = world.patches("a").map(\.value)
            #expect(Set(values).count == 2)
            #expect(world.hub.value(of: "a") == values.last)
            let events = try await world.events()
            #expect(!events.contains("drift.found"))
        }
    }

    /// For a leak the hold is overridden; what comes late then is found when the hold is over.
    @Test func lateValueAfterAnOverriddenHoldIsFound() async throws {
        try await World.with(timeout: "1s", hub: "late_hold: 20s") { world in
            try await world.schedule("a", every: "30d")
            world.hub.inject([SandboxFault(.slow, method: "PATCH", delay: 15_000)])
            try await world.withDaemon { _ in
                try await world.expect(0, "rotate-now", "a", "--wait")
                try await world.expect(0, "rotate-now", "a", "--wait", "--despite-hold", "leaked")
                try await eventually("it is found") { try await world.events().contains("drift.found") }
                let problem = try await world.run("status", "--json")
                #expect(problem.status == 1 && problem.output.contains("value_unknown"))
                try await world.expect(0, "rotate-now", "a", "--wait")
                try await world.expect(0, "status")
            }
            let drift = try await world.audit().first { $0["event"] as? String == "drift.found" }
            let detail = try #require(drift?["detail"] as? [String: Any])
            #expect(detail["error"] as? String == "value_unknown")
            let requested = try await world.audit().filter { $0["event"] as? String == "rotation.requested" }
            #expect(requested.contains { ($0["detail"] as? [String: Any])?["despite_hold"] as? String == "leaked" })
        }
    }

    /// An update by hand waits for the hold as well, unless a person overrides it; the value in force is unknown then.
    @Test func updateByHandWaitsForALateValue() async throws {
        try await World.with(timeout: "1s", hub: "late_hold: 20s") { world in
            try await world.schedule("a", every: "30d")
            world.hub.inject([SandboxFault(.slow, method: "PATCH", delay: 15_000)])
            try await world.withDaemon { _ in
                try await world.expect(0, "rotate-now", "a", "--wait")
                let held = try await world.run(["secret", "update", "a", "--value"], input: "by hand")
                #expect(held.status == 1 && held.errors.contains("--despite-hold"))
                let update = ["secret", "update", "a", "--value", "--despite-hold", "leaked"]
                #expect(try await world.run(update, input: "by hand").status == 0)
                try await eventually("it is found") { try await world.events().contains("drift.found") }
            }
            let attempted = try await world.audit().last { $0["event"] as? String == "secret.attempted" }
            #expect((attempted?["detail"] as? [String: Any])?["despite_hold"] as? String == "leaked")
        }
    }

    // MARK: Helpers

    /// Whether nobody has a write transaction open.
    private static func isFree(_ database: String) async throws -> Bool {
        let script = """
            import sqlite3, sys
            connection = sqlite3.connect(sys.argv[1], timeout=0, isolation_level=None)
            try: connection.execute('BEGIN IMMEDIATE'); connection.execute('ROLLBACK'); print('free')
            except sqlite3.OperationalError: print('locked')
            """
        return try await Oracle.python(script, database) == "free"
    }

    /// Whether a child has ended, waited for or not.
    private static func hasEnded(_ pid: Int32) -> Bool {
        guard let stat = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8) else { return true }
        return stat.split(separator: ")").last?.first { $0 != " " } == "Z"
    }
}

extension World {
    private static let history = ["rotator.db", "rotator.db-wal", "rotator.db-shm"]
    private static let candidates = history.map { $0.replacing("rotator.db", with: "rotator.db.candidates") }

    fileprivate func open(_ name: String) throws -> FileDescriptor {
        try FileDescriptor.open(
            FilePath(folder.file(name)),
            .writeOnly,
            options: [.create, .truncate],
            permissions: .ownerReadWrite
        )
    }

    /// Copies both databases, while no daemon runs.
    fileprivate func copyDatabases(to name: String) throws {
        try FileManager.default.createDirectory(atPath: folder.file(name), withIntermediateDirectories: false)
        for file in Self.history + Self.candidates where FileManager.default.fileExists(atPath: folder.file(file)) {
            try FileManager.default.copyItem(atPath: folder.file(file), toPath: folder.file("\(name)/\(file)"))
        }
    }

    /// Puts copies in the place of the databases.
    fileprivate func putBack(_ name: String, withCandidates: Bool = true) throws {
        for file in Self.history + (withCandidates ? Self.candidates : []) {
            unlink(folder.file(file))
            guard FileManager.default.fileExists(atPath: folder.file("\(name)/\(file)")) else { continue }
            try FileManager.default.copyItem(atPath: folder.file("\(name)/\(file)"), toPath: folder.file(file))
        }
    }

    fileprivate func removeDatabases() throws {
        for file in Self.history + Self.candidates { unlink(folder.file(file)) }
    }
}
