import Foundation
import SystemPackage
import TestSupport
import Testing

/// Auditors read a copy of the history, whatever the daemon does, and nothing else.
@Suite(.timeLimit(.minutes(5)))
struct AuditorTests {
    private static let auditor: UInt32 = 61_004
    private static let isRoot = getuid() == 0

    /// What an installation makes: a folder that others pass, and in it the auditors' one.
    private static func prepare(_ world: World) async throws {
        let history = world.folder.file("history")
        try await Shell.run(
            """
            chmod 711 \(world.folder.path); chmod 644 \(world.folder.file("config.yaml"))
            install -d -m 2750 -g \(Program.auditors) \(history)
            """
        )
    }

    /// The events that the auditor finds: by a command, and by SQL.
    private static func seen(_ world: World) async throws -> (events: [String], errors: String, rows: Int) {
        let outcome = try await world.run(as: auditor, ["audit", "list", "--json"])
        #expect(outcome.status == 0, "\(outcome.errors)")
        let identity = "--reuid=\(auditor) --regid=\(auditor) --groups=\(Program.auditors)"
        let question = "SELECT count(*) FROM audit_entries"
        let copy = world.folder.file("history/rotator-history.db")
        let rows = try await Oracle.shell("setpriv \(identity) sqlite3 -readonly \(copy) '\(question)'")
        let events = outcome.objects.compactMap { $0["event"] as? String }
        return (events, outcome.errors, Int(rows) ?? -1)
    }

    @Test(.enabled(if: isRoot, "needs root, to become another user"))
    func auditorReadsWhileTheDaemonRunsAfterAStopAndAfterAKill() async throws {
        try await World.with { world in
            try await Self.prepare(world)
            try await world.schedule("read", every: "30d")
            try await world.withDaemon { _ in
                try await world.expect(0, "rotate-now", "read", "--wait")
                let committed = ContinuousClock.now
                try await eventually("the copy has it") {
                    try await Self.seen(world).events.last == "rotation.closed"
                }
                #expect(ContinuousClock.now - committed < .seconds(20))
                let root = try await world.run("audit", "list", "--json")
                #expect(root.errors.isEmpty)
                let auditor = try await world.run(as: Self.auditor, ["audit", "list", "--json"])
                #expect(auditor.output == root.output)
                #expect(auditor.errors.hasPrefix("history copy, complete up to entry \(root.objects.count) as of 20"))
                #expect(auditor.errors.hasSuffix(" ago)\n"))
                // Each reading command, and no way to the original.
                for command in [
                    ["rotation", "list"], ["schedule", "list"], ["audit", "show", "1"], ["hub", "list"],
                ] {
                    let outcome = try await world.run(as: Self.auditor, command)
                    #expect(outcome.status == 0 && outcome.errors.hasPrefix("history copy"), "\(command)")
                }
                for name in ["rotator.db", "rotator.db-wal", "rotator.db-shm", "rotator.db.lock"] {
                    let mode = try FileManager.default.attributesOfItem(atPath: world.folder.file(name))
                    #expect(mode[.posixPermissions] as? Int == 0o600, "\(name)")
                }
            }
            let stopped = try await Self.seen(world)
            #expect(stopped.events.last == "daemon.stopped" && stopped.rows == stopped.events.count)
            try await world.killedDaemon(after: .milliseconds(1), whenReady: true)
            let killed = try await Self.seen(world)
            #expect(killed.events.starts(with: stopped.events) && killed.rows == killed.events.count)
            // The next daemon goes on with it.
            try await world.withDaemon { _ in }
            #expect(try await Self.seen(world).events == world.events())
        }
    }

    @Test(.enabled(if: isRoot, "needs root, to become another user"))
    func whoIsNotInTheGroupReadsNothing() async throws {
        try await World.with { world in
            try await Self.prepare(world)
            try await world.schedule("kept", every: "30d")
            try await world.withDaemon { _ in }
            let arguments = "--config \(world.folder.file("config.yaml")) audit list"
            let said = try await Oracle.shell(
                "setpriv --reuid=61005 --regid=61005 --clear-groups \(Program.path) \(arguments) 2>&1; echo $?"
            )
            #expect(said.hasSuffix("77") && said.contains("Permission denied"), "\(said)")
        }
    }

    /// Readers with a transaction open, and so a lock, hold up neither the daemon nor the readers after them.
    @Test(.enabled(if: isRoot, "needs root, to become another user"))
    func readerWithALockHoldsNothingUp() async throws {
        try await World.with { world in
            try await Self.prepare(world)
            try await world.schedule("read", every: "30d")
            try await world.withDaemon { _ in
                try await eventually("there is a copy") { try await Self.seen(world).rows > 0 }
                let program = """
                    import os, sqlite3, subprocess, sys
                    os.setgroups([int(sys.argv[2])]); os.setgid(61004); os.setuid(61004)
                    reader = sqlite3.connect("file:" + sys.argv[1] + "?mode=ro", uri=True, isolation_level=None)
                    reader.execute("BEGIN")
                    before = reader.execute("SELECT head FROM history_copy").fetchone()
                    print("locked", flush=True)
                    sys.stdin.readline()
                    print(reader.execute("SELECT max(seq) FROM audit_log").fetchone() == before)
                    """
                let copy = world.folder.file("history/rotator-history.db")
                try world.folder.write(program, to: "reader.py")
                try await Shell.run(
                    """
                    mkfifo \(world.folder.file("end"))
                    (python3 \(world.folder.file("reader.py")) \(copy) \(Program.auditors) \
                        <\(world.folder.file("end")) >\(world.folder.file("said")) 2>&1 &) 
                    """
                )
                let pipe = try FileDescriptor.open(FilePath(world.folder.file("end")), .writeOnly)
                defer { try? pipe.close() }
                let said = { (try? world.folder.read("said")) ?? "" }
                try await eventually("it has a lock") { said().contains("locked") }
                try await world.expect(0, "rotate-now", "read", "--wait")
                try await eventually("others see it") {
                    try await Self.seen(world).events.last == "rotation.closed"
                }
                try pipe.writeAll("\n".utf8)
                try await eventually("it has ended") { said().contains("True") }
                try await world.expect(0, "status")
            }
        }
    }

    /// A copy that can't be written is a problem that ends by itself; rotations go on.
    @Test func copyThatCannotBeWrittenHoldsNothingUp() async throws {
        try await World.with { world in
            try await world.schedule("free", every: "30d")
            try world.folder.write("in the way", to: "history")
            try await world.withDaemon { _ in
                let problem = try await world.problem("history_copy_failed")
                #expect(problem["subject"] as? String == "history copy" && problem["since"] is String)
                try await world.expect(0, "rotate-now", "free", "--wait")
                unlink(world.folder.file("history"))
                try await eventually("it is over") { try await world.run("status").status == 0 }
            }
            let count = "SELECT count(*) FROM audit_entries WHERE event = 'daemon.stopped'"
            #expect(try await Oracle.sqlite(world.folder.file("history/rotator-history.db"), count) == "1")
        }
    }

    /// What a command writes while no daemon runs is in the copy; where it can't be, the command succeeds all the same.
    @Test func commandWithoutADaemonIsInTheCopy() async throws {
        try await World.with { world in
            try await world.schedule("late", every: "30d")
            // A daemon makes the first copy.
            #expect(access(world.folder.file("history"), F_OK) != 0)
            try await world.withDaemon { _ in }
            let newest = { () async throws in
                try await Oracle.sqlite(
                    world.folder.file("history/rotator-history.db"),
                    "SELECT event FROM audit_entries ORDER BY seq DESC LIMIT 1"
                )
            }
            let paused = try await world.run("schedule", "pause", "late")
            #expect(paused.status == 0 && paused.errors.isEmpty)
            #expect(try await newest() == "schedule.paused")
            let lock = try FileDescriptor.open(
                FilePath(world.folder.file("history/.rotator-history.lock")),
                .readWrite
            )
            defer { try? lock.close() }
            #expect(flock(lock.rawValue, LOCK_EX | LOCK_NB) == 0)
            let resumed = try await world.run("schedule", "resume", "late")
            #expect(resumed.status == 0)
            #expect(resumed.errors.hasPrefix("warning: the history copy is not up to date until a daemon runs: "))
            #expect(try await newest() == "schedule.paused")
        }
    }
}
