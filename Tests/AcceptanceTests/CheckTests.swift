import Foundation
import SandboxHub
import TestSupport
import Testing

/// `check` finds what is wrong, and changes nothing.
@Suite(.timeLimit(.minutes(5)))
struct CheckTests {
    /// The findings by subject.
    private static func findings(_ world: World, user: UInt32? = nil) async throws -> [String: (
        result: String, text: String
    )] {
        let outcome = try await world.run(["check", "--json"], user: user)
        return Dictionary(
            outcome.objects.map {
                ($0["subject"] as? String ?? "", ($0["result"] as? String ?? "", $0["text"] as? String ?? ""))
            }
        ) { first, _ in first }
    }

    @Test func soundWorldHasNoProblem() async throws {
        try await World.with { world async throws in
            try await world.schedule("present", every: "30d")
            let before = try world.folder.contents().filter { !$0.key.hasSuffix("-shm") && !$0.key.hasSuffix("-wal") }
            let outcome = try await world.run("check")
            #expect(outcome.status == 0, "\(outcome.output)")
            let found = try await Self.findings(world)
            for subject in ["configuration", "daemon", "staging key", "database", "disk", "hub local", "schedules"] {
                #expect(found[subject]?.result == "ok", "\(subject)")
            }
            #expect(found["hub local"]?.text == "token accepted, 1 secrets listed")
            let after = try world.folder.contents().filter { !$0.key.hasSuffix("-shm") && !$0.key.hasSuffix("-wal") }
            #expect(after == before)
            #expect(try await world.events() == ["schedule.added"])
        }
    }

    private struct Spoil: Sendable, CustomTestStringConvertible {
        var subject: String
        var text: String
        var testDescription: String { text }
        var spoil: @Sendable (World) async throws -> Void
    }

    private static func setMode(_ mode: Int, _ name: String) -> @Sendable (World) async throws -> Void {
        { world async throws in
            let path = world.folder.file(name)
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
        }
    }

    private static let spoils: [Spoil] = [
        Spoil(subject: "configuration", text: "can be written by other users", spoil: setMode(0o622, "config.yaml")),
        Spoil(subject: "staging key", text: "lets others read it", spoil: setMode(0o644, "staging.key")),
        Spoil(subject: "staging key", text: "not a key made by") { try $0.folder.write("x", to: "staging.key") },
        Spoil(subject: "database folder", text: "can be written by other users", spoil: setMode(0o770, ".")),
        Spoil(subject: "database", text: "file is not a database") { world async throws in
            for suffix in ["-wal", "-shm"] {
                try? FileManager.default.removeItem(atPath: world.folder.file("rotator.db" + suffix))
            }
            try world.folder.write(String(repeating: "no database ", count: 500), to: "rotator.db")
        },
        Spoil(subject: "hub local", text: "the hub refused the token") { try $0.folder.write("wrong\n", to: "token") },
        Spoil(subject: "hub local", text: "it is empty") { try $0.folder.write("\n", to: "token") },
        Spoil(subject: "hub local", text: "the hub is unavailable") { world async throws in
            world.hub.inject([SandboxFault(.status(503), method: "GET", times: 2)])
        },
        Spoil(subject: "local/absent", text: "the hub does not list it") { world async throws in
            try await world.expect(0, "schedule", "add", "absent", "--every", "1d")
        },
        Spoil(subject: "local/weak", text: "26 bits of entropy") { world async throws in
            let generator = "{type: password, length: 8, classes: {digit: 8}}"
            try await world.schedule("weak", every: "1d", options: ["--generator", generator])
        },
        Spoil(subject: "audit key", text: "but audit.origin is other") { world async throws in
            let key = world.folder.file("audit.key")
            _ = try await Program.run(["keygen", "audit", "--output", key, "--origin", "log"])
            let text = try world.folder.read("config.yaml")
            let keys = text.replacing("keys: {", with: "audit: {origin: other}\nkeys: {audit: \"file:\(key)\", ")
            try world.folder.write(keys, to: "config.yaml")
        },
        Spoil(subject: "metrics", text: "there is no folder", spoil: add("metrics: {textfile: F/absent/a.prom}")),
        Spoil(subject: "heartbeat", text: "there is no folder", spoil: add("heartbeat: {file: F/absent/beat}")),
        Spoil(
            subject: "checkpoint file",
            text: "there is no folder",
            spoil: add("audit: {checkpoint_file: F/absent/c}")
        ),
    ]

    /// Adds a line to the configuration; `F` in it is the world's folder.
    private static func add(_ line: String) -> @Sendable (World) async throws -> Void {
        { world async throws in
            let line = line.replacing("F/", with: world.folder.path + "/")
            try world.folder.write(try world.folder.read("config.yaml") + line + "\n", to: "config.yaml")
        }
    }

    @Test(arguments: spoils)
    private func whatIsWrongIsFound(_ example: Spoil) async throws {
        try await World.with { world async throws in
            try await world.schedule("present", every: "30d")
            try await example.spoil(world)
            let outcome = try await world.run("check")
            #expect(outcome.status == 1, "\(outcome.output)")
            let found = try await Self.findings(world)[example.subject]
            #expect(found?.result == "problem")
            #expect(found?.text.contains(example.text) == true, "\(found?.text ?? "")")
        }
    }

    @Test(.enabled(if: getuid() == 0, "needs root, to give files to another user"))
    func whereOnlyAnotherUserMayWriteIsFound() async throws {
        try await World.with { world async throws in
            try await Self.add("metrics: {textfile: F/metrics/a.prom}\nheartbeat: {file: F/beat}")(world)
            let folder = world.folder.file("metrics")
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
            try world.folder.write("", to: "beat")
            // The daemon's user owns the database's folder.
            chown(world.folder.path, 61_002, 61_002)
            for mode in [0o755, 0o644] { try await Self.setMode(mode, mode == 0o755 ? "metrics" : "beat")(world) }
            let found = try await Self.findings(world)
            for subject in ["metrics", "heartbeat"] {
                #expect(found[subject]?.text.contains("only its owner (uid 0) may write") == true, "\(found)")
            }
            try await Self.setMode(0o775, "metrics")(world)
            chown(world.folder.file("beat"), 61_002, 61_002)
            let mended = try await Self.findings(world)
            #expect(mended["metrics"] == nil && mended["heartbeat"] == nil, "\(mended)")
        }
    }

    /// systemd makes the folder of the control socket when the daemon starts.
    @Test func folderThatTheDaemonsStartMakesIsNotMissed() async throws {
        try await World.with { world async throws in
            try await Self.add("control: F/run/control.sock\nheartbeat: {file: F/run/beat}")(world)
            let found = try await Self.findings(world)
            #expect(found["heartbeat"] == nil, "\(found)")
        }
    }

    /// What a user may not read, the daemon answers for.
    @Test(.enabled(if: getuid() == 0, "needs root, to become another user"))
    func daemonAnswersForWhatItsCallerMayNotRead() async throws {
        try await World.with(extra: "roles: {operators: {users: [61002]}}") { world async throws in
            try await world.schedule("present", every: "30d")
            let user: UInt32 = 61_002
            let open: @Sendable () async throws -> Void = {
                for (name, mode) in [
                    (".", 0o755), ("config.yaml", 0o644), ("rotator.db", 0o644), ("rotator.db.lock", 0o644),
                ] {
                    try await Self.setMode(mode, name)(world)
                }
            }
            try await world.withDaemon { _ async throws in
                try await open()
                for name in ["rotator.db-wal", "rotator.db-shm"] { try await Self.setMode(0o644, name)(world) }
                try await Self.setMode(0o666, "control.sock")(world)
                let found = try await Self.findings(world, user: user)
                #expect(found["hub local"]?.text == "token accepted, 1 secrets listed (asked by the daemon)")
                #expect(found["staging key"]?.text == "you may not read it; the daemon has read it")
            }
            let without = try await Self.findings(world, user: user)
            #expect(without["hub local"]?.result == "warning")
            #expect(without["staging key"]?.result == "warning")
        }
    }
}
