import Foundation
import SQLite
import SandboxHub
import Subprocess
import SystemPackage
import TestSupport
import Testing

/// If the history can't be written, nothing is rotated; the daemon goes on when it can.
@Suite(.timeLimit(.minutes(5)))
struct StorageTroubleTests {
    @Test(.enabled(if: getuid() == 0, "needs root, to mount a small file system"))
    func fullDiskStopsRotationsAndRoomLetsThemGoOn() async throws {
        try await World.with(hub: "rate_limit: 1000/s") { world in
            try await world.withSmallDisk("4M") { disk in
                try await world.schedule("fills", every: "1s")
                try await world.withDaemon { daemon in
                    try await eventually("it rotates") { world.patches("fills").count >= 2 }
                    let ballast = try Self.fill(disk)
                    // What was under way when the disk became full has ended by then.
                    try await Self.untilRefused(2, world)
                    let before = world.hub.received.filter { $0.method == "PATCH" }.count
                    try await Self.untilRefused(4, world)
                    #expect(world.hub.received.filter { $0.method == "PATCH" }.count == before)
                    #expect(kill(daemon.pid, 0) == 0)
                    let problem = try await world.problem("storage_failed")
                    #expect((problem["text"] as? String)?.contains("disk is full") == true)
                    // Since the first failure, not the last one.
                    let again = try await world.problem("storage_failed")
                    #expect(problem["since"] is String && problem["since"] as? String == again["since"] as? String)
                    let refused = try await world.run("schedule", "pause", "fills")
                    #expect(refused.status == 74)
                    #expect(refused.errors.contains("the disk is full"))
                    unlink(ballast)
                    try await eventually("it goes on") {
                        world.hub.received.filter { $0.method == "PATCH" }.count > before + 1
                    }
                    // So small a disk has no room for the auditors' copy: its reserve is the database's.
                    try await eventually("only the copy is missing") {
                        World.kinds(of: try await world.run("status", "--json")) == ["history_copy_failed"]
                    }
                }
                let database = "\(disk)/rotator.db"
                #expect(try await Oracle.sqlite(database, "PRAGMA integrity_check") == "ok")
                let doubled = "SELECT count(*) - count(DISTINCT slot) FROM rotations WHERE outcome = 'succeeded'"
                #expect(try await Oracle.sqlite(database, doubled) == "0")
            }
        }
    }

    /// Returns once the daemon has tried so often to begin something, each time five seconds after the last one.
    private static func untilRefused(_ count: Int, _ world: World) async throws {
        try await eventually("the history could not be written \(count) times") {
            try world.log.matches(of: #/the history can't be written/#).count >= count
        }
    }

    /// Writes until nothing fits any more.
    private static func fill(_ folder: String) throws -> String {
        let path = "\(folder)/ballast"
        let file = try FileDescriptor.open(FilePath(path), .writeOnly, options: [.create], permissions: .ownerReadWrite)
        defer { try? file.close() }
        for size in [65_536, 4096, 512, 1] {
            let block = [UInt8](repeating: 0, count: size)
            while (try? file.writeAll(block)) != nil {}
        }
        return path
    }

    /// A file that goes away under the daemon: nothing more is sent, and `status` says why, though it can't read the history.
    @Test(arguments: ["rotator.db", "rotator.db-wal", "rotator.db-shm", "rotator.db.candidates"])
    func deletedFileStopsRotations(_ name: String) async throws {
        try await World.with(hub: "rate_limit: 1000/s") { world in
            try await world.schedule("fast", every: "1s")
            try await world.withDaemon { _ in
                try await eventually("it rotates") { world.patches("fast").count >= 2 }
                unlink(world.folder.file(name))
                try await eventually("the daemon has found it") {
                    try world.log.contains("\(name) was deleted or replaced while it was open")
                }
                let problem = try await world.problem("storage_replaced")
                #expect(problem["since"] is String)
                #expect((problem["text"] as? String)?.contains(world.folder.file(name)) == true)
                #expect(try await !world.run("status").output.contains("schedules"))
                #expect((problem["advice"] as? String)?.contains("systemctl restart") == true)
                let before = world.patches("fast").count
                // A request stands in the history, which is there unless it is the one that has gone.
                try await world.expect(name.hasSuffix("candidates") ? 0 : 74, "rotate-now", "fast")
                let since = ContinuousClock.now
                try await eventually("the engine has looked again") {
                    let looked = try await world.run("status", "--json").objects.first?["engine_idle_ms"] as? Int
                    return .milliseconds(try #require(looked)) < ContinuousClock.now - since - .milliseconds(100)
                }
                #expect(world.patches("fast").count == before)
                #expect(try await world.problem("storage_replaced")["since"] as? String == problem["since"] as? String)
            }
        }
    }

    /// A file that is put back is the same one again: rotations go on, and the history says that it was away.
    @Test func fileThatIsPutBackIsInTheHistory() async throws {
        try await World.with(hub: "rate_limit: 1000/s") { world in
            try await world.schedule("fast", every: "1s")
            try await world.withDaemon { _ in
                try await eventually("it rotates") { world.patches("fast").count >= 1 }
                let path = world.folder.file("rotator.db")
                try #require(rename(path, path + ".away") == 0)
                try await eventually("the daemon has found it") {
                    try world.log.contains("rotator.db was deleted or replaced while it was open")
                }
                let before = world.patches("fast").count
                try #require(rename(path + ".away", path) == 0)
                try await eventually("it goes on") { world.patches("fast").count > before }
                let told = "SELECT count(*) FROM audit_log WHERE line LIKE '%\"event\":\"storage.replaced\"%'"
                #expect(try await Oracle.sqlite(path, told) == "1")
            }
        }
    }

    /// At once, before the engine has had a reason to look.
    @Test func deletedDatabaseIsToldBeforeAnythingIsDue() async throws {
        try await World.with { world in
            try await world.schedule("slow", every: "30d")
            try await world.withDaemon { _ in
                try await world.expect(0, "status")
                unlink(world.folder.file("rotator.db"))
                let status = try await world.run("status", "--json")
                #expect(status.status == 1)
                let report = try #require(status.objects.first)
                #expect(report["daemon"] as? String == "ready" && report["pid"] is Int)
                #expect(World.kinds(of: status) == ["storage_replaced"])
            }
        }
    }

    /// Somebody's transaction stops the writer: told within seconds, while the store is blocked, and over when it is.
    @Test func heldLockIsToldWhileItIsHeld() async throws {
        try await World.with(hub: "rate_limit: 1000/s") { world in
            try await world.schedule("fast", every: "1s")
            try await world.withDaemon { _ in
                try await eventually("it rotates") { world.patches("fast").count >= 1 }
                let other = try Connection(path: world.folder.file("rotator.db"), mode: .readWrite)
                defer { other.close() }
                try other.execute("BEGIN IMMEDIATE")
                let problem = try await world.problem("storage_locked")
                // The wait itself is told, before it has failed.
                #expect(try !world.log.contains("the history can't be written"))
                #expect((problem["text"] as? String)?.contains("another program holds a lock on it") == true)
                #expect((problem["advice"] as? String)?.contains("fuser") == true)
                try await eventually("the write has failed, and is tried again") {
                    try world.log.matches(of: #/the history can't be written/#).count >= 2
                }
                let before = world.patches("fast").count
                let later = try await world.problem("storage_locked")
                #expect(later["since"] is String)
                let refused = try await world.run("schedule", "pause", "fast")
                #expect(refused.status == 75 && refused.errors.contains("another program holds a lock on it"))
                #expect(world.patches("fast").count == before)
                try other.execute("ROLLBACK")
                try await eventually("it goes on") { world.patches("fast").count > before }
                try await eventually("status is content") { try await world.run("status").status == 0 }
            }
        }
    }

    /// `status` neither takes the lock nor looks at it: nobody who holds a shared lock on its file is taken for a daemon.
    @Test func lockOfAReaderIsNotLookedAt() async throws {
        try await World.with { world in
            try await world.schedule("held", every: "30d")
            let path = world.folder.file("rotator.db.lock")
            do {
                let held = try FileDescriptor.open(FilePath(path), .readWrite)
                defer { try? held.close() }
                try held.writeAll("4711 ready\n".utf8)
                #expect(Self.share(held))
                let status = try await world.run("status", "--json")
                #expect(status.status == 69 && status.objects.first?["daemon"] as? String == "stopped")
                #expect(status.errors.contains("no process listens at \(world.folder.file("control.sock"))"))
            }
            try await world.withDaemon { daemon in
                let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
                #expect(mode == 0o600)
                let reader = try FileDescriptor.open(FilePath(path), .readOnly)
                defer { try? reader.close() }
                #expect(!Self.share(reader))
                let status = try await world.run("status", "--json")
                #expect(status.status == 0 && status.objects.first?["pid"] as? Int == Int(daemon.pid))
            }
        }
    }

    /// Takes a shared lock, as an auditor's program could.
    private static func share(_ file: FileDescriptor) -> Bool {
        var lock = flock(l_type: Int16(F_RDLCK), l_whence: Int16(SEEK_SET), l_start: 0, l_len: 0, l_pid: 0)
        return fcntl(file.rawValue, F_SETLK, &lock) == 0
    }

    /// A history that does not know a rotation keeps its candidate until a person gives it up.
    @Test func keptCandidateIsToldUntilItIsGivenUp() async throws {
        try await World.with { world in
            try await world.schedule("held", every: "30d")
            try await world.withDaemon { _ in }
            let id = "01a2097c-43df-7e8d-b698-110a9a37ccad"
            let candidates = world.folder.file("rotator.db.candidates")
            try await world.change(candidates, "INSERT INTO candidates (rotation, sealed) VALUES ('\(id)', x'00')")
            let count = "SELECT (SELECT count(*) FROM candidates) + (SELECT count(*) FROM kept)"
            try await world.withDaemon { _ in
                let problem = try await world.problem("candidate_kept")
                #expect(problem["subject"] as? String == "rotation \(id)" && problem["since"] is String)
                #expect((problem["advice"] as? String)?.contains("rotation abandon \(id) --reason") == true)
                for option in ["--keep", "--withdraw", "--replace-decision"] {
                    let refused = try await world.run("rotation", "abandon", id, option, "--reason", "x")
                    #expect(refused.status == 64 && refused.errors.contains("only its candidate is kept"))
                }
                #expect(try await Oracle.sqlite(candidates, count) == "1")
                let given = try await world.run("rotation", "abandon", id, "--reason", "not needed")
                #expect(given.status == 0 && given.output.contains("will be erased"))
                #expect(try await Oracle.sqlite(candidates, count) == "0")
                try await world.expect(0, "status")
                try await world.expect(1, "rotation", "abandon", id, "--reason", "again")
            }
            let entries = try await world.audit().filter { $0["event"] as? String == "candidate.kept" }
            #expect(entries.map { ($0["detail"] as? [String: Any])?["reason"] as? String } == [nil, "not needed"])
        }
    }

    /// Without a daemon it is given up at once, and erased by the next one.
    @Test func keptCandidateIsGivenUpWithoutADaemon() async throws {
        try await World.with { world in
            try await world.schedule("held", every: "30d")
            try await world.withDaemon { _ in }
            let id = "01a2097c-43df-7e8d-b698-110a9a37ccad"
            let candidates = world.folder.file("rotator.db.candidates")
            try await world.change(candidates, "INSERT INTO candidates (rotation, sealed) VALUES ('\(id)', x'00')")
            try await world.withDaemon { _ in }
            let given = try await world.run("rotation", "abandon", id, "--reason", "not needed")
            #expect(given.status == 0 && given.errors.contains("it is erased once it is started"))
            try await world.withDaemon { _ in
                try await world.expect(0, "status")
                #expect(try await Oracle.sqlite(candidates, "SELECT count(*) FROM kept") == "0")
            }
        }
    }

    /// Whatever is due, a hub that refuses the token sees it at most twice; renewed, it lets a thousand rotations through,
    /// each of them once.
    @Test func refusedTokenIsShownTwiceAtTheMostWhateverIsDue() async throws {
        let secrets = (0..<1000).map { "s\($0)" }
        try await World.with(hub: "rate_limit: 10000/s, max_in_flight: 16") { world in
            for secret in secrets { world.hub.create(secret, value: "old") }
            let entries = secrets.map { "  - {secret: \($0), every: 30d, generator: token}\n" }.joined()
            let apply = ["schedule", "apply", "-f", "-"]
            #expect(try await world.run(apply, input: "schedules:\n" + entries).status == 0)
            try world.folder.write("wrong\n", to: "token")
            try await world.withDaemon { daemon in
                try await world.expect(0, "rotate-now", "--all")
                try await eventually("the hub is suspended") { try await world.events().contains("hub.suspended") }
                #expect(world.hub.received.count <= 2)
                try world.folder.write(world.token + "\n", to: "token")
                daemon.send(SIGHUP)
                let succeeded = "SELECT count(*) FROM rotations WHERE outcome = 'succeeded'"
                let database = world.folder.file("rotator.db")
                try await eventually("some succeed") {
                    try #require(Int(try await Oracle.sqlite(database, succeeded))) > 200
                }
                // Revoked in the middle: what is under way can't be called back, nothing else is sent.
                world.hub.revoke(world.token)
                try await eventually("it is suspended again") {
                    try await world.events().filter { $0 == "hub.suspended" }.count == 2
                }
                let refused = world.hub.received.filter { !$0.applied && $0.method != "GET" }.count
                #expect(refused <= 16)
                world.hub.accept(world.token)
                daemon.send(SIGHUP)
                try await eventually("all succeed", within: .seconds(120)) {
                    try await Oracle.sqlite(database, succeeded) == "1000"
                }
            }
            let doubled = secrets.filter { world.patches($0).filter(\.applied).count != 1 }
            #expect(doubled.isEmpty)
        }
    }
}
