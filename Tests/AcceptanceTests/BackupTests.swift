import Foundation
import Glibc
import SandboxHub
import TestSupport
import Testing

/// Backups: whole, sealed, and never taken for the newest history.
@Suite(.timeLimit(.minutes(5)))
struct BackupTests {
    /// A host is lost with a rotation under way; another one, with the same keys, goes on with the same value.
    @Test func standByGoesOnWithTheCandidate() async throws {
        try await World.with { world in
            let backup = world.folder.file("backup.db")
            try await Self.addFailing(world)
            try await world.withDaemon { _ in
                try await Self.begin(world)
                let made = try await world.run("backup", backup)
                #expect(made.status == 0 && made.output.contains("1 sealed candidate"), "\(made)")
            }
            try Self.loseHost(world)
            let restored = try await world.run("restore", backup)
            #expect(restored.status == 0 && restored.output.contains("nothing is rotated until"), "\(restored)")
            let sent = world.patches("a").count
            world.hub.clearFaults()
            try await world.withDaemon { _ in
                _ = try await world.problem("history_behind")
                #expect(world.patches("a").count == sent)
                try await world.expect(0, "restore", "--accept", "--reason", "the host is lost")
                try await eventually("it succeeded") { try await world.events("a").contains("rotation.succeeded") }
            }
            #expect(world.patches("a").count > sent && Set(world.patches("a").map(\.value)).count == 1)
            let events = try await world.events()
            #expect(events.count { $0 == "restore.held" } == 1 && events.count { $0 == "restore.accepted" } == 1)
            try await world.expect(0, "audit", "verify")
        }
    }

    /// What is open in a backup and was finished since is not sent over the newer value.
    @Test func finishedRotationDoesNotReplaceANewerValue() async throws {
        try await World.with(hub: "late_hold: 100ms") { world in
            let backup = world.folder.file("backup.db")
            try await Self.addFailing(world)
            try await world.withDaemon { _ in
                try await Self.begin(world)
                try await world.expect(0, "backup", backup)
                world.hub.clearFaults()
                try await world.expect(0, "rotate-now", "a", "--wait")
                try await world.expect(0, "rotate-now", "a", "--fresh", "--wait")
            }
            let (newest, sent) = (world.hub.value(of: "a"), world.patches("a").count)
            try Self.loseHost(world)
            try await world.expect(0, "restore", backup)
            try await world.withDaemon { _ in
                _ = try await world.problem("history_behind")
                try await world.expect(0, "restore", "--accept", "--reason", "the host is lost")
                try await eventually("it waits for a person") {
                    try await world.events("a").contains("rotation.parked")
                }
            }
            #expect(world.hub.value(of: "a") == newest && world.patches("a").count == sent)
        }
    }

    /// A secret whose updates the hub refuses for now.
    private static func addFailing(_ world: World) async throws {
        try await world.schedule("a", every: "30d")
        world.hub.inject([SandboxFault(.status(503), method: "PATCH", times: 1000)])
    }

    /// Begins a rotation, and returns once its value was sent.
    private static func begin(_ world: World) async throws {
        try await world.expect(0, "rotate-now", "a")
        try await eventually("it was sent") { !world.patches("a").isEmpty }
    }

    /// All that a host has beside its configuration and keys.
    private static func loseHost(_ world: World) throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: world.folder.path)
        where name.hasPrefix("rotator.db") || name == "history" {
            try FileManager.default.removeItem(atPath: world.folder.file(name))
        }
    }

    /// With the mark beside it, a restored history is held where something was written since the backup.
    @Test(arguments: [true, false])
    func restoredHistoryIsHeldUnlessItIsTheNewest(isNewest: Bool) async throws {
        try await World.with { world in
            let backup = world.folder.file("backup.db")
            try await world.schedule("a", every: "30d")
            try await world.withDaemon { _ in try await world.expect(0, "rotate-now", "a", "--wait") }
            try await world.expect(0, "backup", backup)
            #expect(Self.mode(backup) == 0o600)
            if !isNewest {
                try await world.withDaemon { _ in try await world.expect(0, "rotate-now", "a", "--wait") }
            }
            let before = try await world.audit().count
            let restored = try #require(try await world.run("restore", backup, "--json").objects.first)
            #expect((restored["held"] == nil) == isNewest, "\(restored)")
            let former = try #require(restored["former"] as? String)
            #expect(try await Oracle.sqlite(former, "SELECT count(*) FROM audit_log") == "\(before)")
            let sent = world.patches("a").count
            try await world.withDaemon { _ in
                try await world.expect(0, "rotate-now", "a")
                guard !isNewest else {
                    return try await eventually("it goes on") { world.patches("a").count > sent }
                }
                _ = try await world.problem("history_behind")
                #expect(world.patches("a").count == sent)
            }
        }
    }

    private static func mode(_ path: String) -> mode_t {
        var status = stat()
        return lstat(path, &status) == 0 ? status.st_mode & 0o7777 : 0
    }

    /// What is done to a backup before it is put back.
    enum Harm: String, CaseIterable {
        case missing, database, otherFile, cut, overwritten, editedEntry

        func harm(_ backup: String, _ world: World) async throws {
            switch self {
            case .missing: unlink(backup)
            case .database: _ = try await Oracle.shell("cp '\(world.folder.file("rotator.db"))' '\(backup)'")
            case .otherFile: try world.folder.write(String(repeating: "no backup\n", count: 1000), to: "backup.db")
            case .cut: truncate(backup, 40_000)
            case .overwritten:
                _ = try await Oracle.shell(
                    "dd if=/dev/urandom of='\(backup)' bs=4096 seek=1 count=6 conv=notrunc status=none"
                )
            case .editedEntry:
                let edit = "UPDATE audit_log SET line = replace(line, 'schedule.added', 'schedule.addet')"
                _ = try await Oracle.shell("sqlite3 '\(backup)' \"DROP TRIGGER audit_log_no_update; \(edit)\"")
            }
        }
    }

    @Test(arguments: Harm.allCases)
    func whatIsNoSoundBackupChangesNothing(harm: Harm) async throws {
        try await World.with { world in
            let backup = world.folder.file("backup.db")
            try await world.schedule("a", "b", every: "30d")
            try await world.withDaemon { _ in try await world.expect(0, "rotate-now", "a", "--wait") }
            try await world.expect(0, "backup", backup)
            try await harm.harm(backup, world)
            let before = try Self.state(world)
            let refused = try await world.run("restore", backup)
            #expect(refused.status == (harm == .missing ? 74 : 1), "\(refused.errors)")
            #expect(refused.errors.contains(backup), "\(refused.errors)")
            #expect(try Self.state(world) == before)
            try await world.withDaemon { _ in try await world.expect(0, "rotate-now", "a", "--wait") }
        }
    }

    /// The bytes of the databases, by name; without the lock, which names the last process.
    private static func state(_ world: World) throws -> [String: Data] {
        let names = try FileManager.default.contentsOfDirectory(atPath: world.folder.path)
            .filter { $0.hasPrefix("rotator.db") && !$0.hasSuffix(".lock") && !$0.hasSuffix("-shm") }
        return try Dictionary(
            uniqueKeysWithValues: names.map { ($0, try Data(contentsOf: URL(filePath: world.folder.file($0)))) }
        )
    }

    /// Each backup that is made while rotations run has each candidate that its history needs, and no value in clear.
    @Test func backupsOfABusyDaemonAreConsistent() async throws {
        try await World.with(hub: "max_in_flight: 16, rate_limit: 1000/s") { world in
            let aliases = (0..<40).map { "s\($0)" }
            for alias in aliases { world.hub.create(alias, value: "set by hand") }
            let file =
                "schedules:\n" + aliases.map { "  - {secret: local/\($0), every: 30d, generator: password}\n" }.joined()
            try world.folder.write(file, to: "schedules.yaml")
            try await world.expect(0, "schedule", "apply", "-f", world.folder.file("schedules.yaml"))
            world.hub.inject([SandboxFault(.slow, method: "PATCH", times: 10_000, delay: 20)])
            try await world.withDaemon { _ in
                var candidates = 0
                for turn in 0..<8 {
                    try await world.expect(0, "rotate-now", "--all", "--fresh")
                    candidates += try await Self.makeAndCheck(world, "backup-\(turn).db")
                }
                #expect(candidates > 0, "no backup was made while a rotation was under way")
            }
        }
    }

    /// - Returns: How many candidates it has.
    private static func makeAndCheck(_ world: World, _ name: String) async throws -> Int {
        let backup = world.folder.file(name)
        let made = try #require(try await world.run("backup", backup, "--json").objects.first)
        #expect(made["ok"] as? Bool == true)
        let lacking = """
            SELECT count(*) FROM rotations WHERE phase IN ('staged', 'installed', 'tested', 'delivering', 'delivered')
            AND id NOT IN (SELECT rotation FROM backup_candidates)
            """
        #expect(try await Oracle.sqlite(backup, lacking) == "0")
        let bytes = try Data(contentsOf: URL(filePath: backup))
        #expect(world.hub.received.compactMap(\.value).allSatisfy { bytes.range(of: Data($0.utf8)) == nil })
        return try #require(made["candidates"] as? Int)
    }

    @Test func restoreNeedsAStoppedDaemonAndItsUser() async throws {
        try await World.with { world in
            let backup = world.folder.file("backup.db")
            try await world.schedule("a", every: "30d")
            try await world.withDaemon { _ in
                try await world.expect(0, "backup", backup)
                try await world.expect(75, "restore", backup)
            }
            try await world.expect(64, "restore", backup, "--accept", "--reason", "both")
            try await world.expect(64, "restore")
            try await world.expect(64, "restore", "--accept")
            guard getuid() == 0 else { return }
            chmod(world.folder.path, 0o755)
            chmod(world.folder.file("config.yaml"), 0o644)
            let refused = try await world.run(as: 65534, ["backup", "/nowhere/backup.db"])
            #expect(refused.status == 77, "\(refused)")
        }
    }
}
