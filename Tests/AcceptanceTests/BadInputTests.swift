import Foundation
import SQLite
import SandboxHub
import Synchronization
import TestSupport
import Testing

/// Bad input gets a clear message and the documented exit status, and changes nothing.
@Suite(.timeLimit(.minutes(5)))
struct BadInputTests {
    private struct Case: Sendable {
        var name: String
        var arguments: [String]
        var input = ""
        var user: UInt32?
        /// Spoils the world before.
        var spoil: @Sendable (World) async throws -> Void = { _ in }
    }

    /// Adds a line to the configuration.
    private static func configure(_ line: String) -> @Sendable (World) async throws -> Void {
        { world in try world.folder.write(try world.folder.read("config.yaml") + line + "\n", to: "config.yaml") }
    }

    /// Replaces a text in the configuration.
    private static func replace(_ old: String, _ new: String) -> @Sendable (World) async throws -> Void {
        { world in
            let text = try world.folder.read("config.yaml")
            #expect(text.contains(old))
            try world.folder.write(text.replacing(old, with: new), to: "config.yaml")
        }
    }

    private static func write(_ text: String, to file: String) -> @Sendable (World) async throws -> Void {
        { world in try world.folder.write(text, to: file) }
    }

    private static func execute(_ sql: String) -> @Sendable (World) async throws -> Void {
        { world in _ = try await Oracle.python(change, world.folder.file("rotator.db"), sql) }
    }

    private static let change =
        "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute(sys.argv[2]); c.commit()"
    private static let addMigration = execute("INSERT INTO migrations (name, applied_at) VALUES ('of-next-year', 0)")
    private static let makeEarlier = execute("PRAGMA application_id = 0x53526F74")

    private static func setMode(_ mode: Int, of file: String) -> @Sendable (World) async throws -> Void {
        { world in
            let path = world.folder.file(file)
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
        }
    }

    /// Somebody else, where this test is root's: root may write everything.
    private static let stranger: UInt32? = getuid() == 0 ? 61_005 : nil

    private static let apply = ["schedule", "apply", "-f", "FOLDER/s.yaml"]

    private static let cases: [Case] = [
        // The configuration.
        Case(name: "unknown key", arguments: ["status"], spoil: configure("databse: /x\ncolour: red")),
        Case(name: "wrong type", arguments: ["schedule", "list"], spoil: configure("signals: [all]\nroles: all")),
        Case(
            name: "several things at once",
            arguments: ["check"],
            spoil: configure("retry2: {}\nmetrics: {textfile: x}\naudit: {origin: a b}\nsignals: {usr1: al}")
        ),
        Case(name: "no context", arguments: ["status"], spoil: replace("context: acme, ", "")),
        Case(
            name: "http to a public address",
            arguments: ["rotate-now", "present"],
            spoil: replace("http://127.0.0.1", "http://192.0.2.1")
        ),
        Case(
            name: "no such configuration",
            arguments: ["status"],
            spoil: { world in
                try FileManager.default.removeItem(atPath: world.folder.file("config.yaml"))
            }
        ),
        // Tokens.
        Case(
            name: "missing token",
            arguments: ["daemon"],
            spoil: { world in
                try FileManager.default.removeItem(atPath: world.folder.file("token"))
            }
        ),
        Case(name: "token that others can read", arguments: ["daemon"], spoil: setMode(0o644, of: "token")),
        Case(name: "empty token", arguments: ["daemon"], spoil: write("\n", to: "token")),
        Case(name: "token with a newline", arguments: ["daemon"], spoil: write("to\nken\n", to: "token")),
        Case(
            name: "token with a newline, asked by hand",
            arguments: ["secret", "list"],
            spoil: write("to\nken\n", to: "token")
        ),
        // Arguments.
        Case(name: "no cadence", arguments: ["schedule", "add", "new", "--generator", "uuid"]),
        Case(name: "bad period", arguments: ["schedule", "add", "new", "--every", "30 days"]),
        Case(name: "nothing to edit", arguments: ["schedule", "edit", "present"]),
        Case(name: "bad alias", arguments: ["schedule", "add", "db password", "--every", "30d"]),
        Case(name: "unknown secret", arguments: ["rotate-now", "absent"]),
        Case(name: "unknown secret, edited", arguments: ["schedule", "edit", "absent", "--every", "1d"]),
        Case(name: "unknown hub", arguments: ["rotate-now", "moon/present"]),
        Case(name: "unknown hub, listed", arguments: ["secret", "list", "--hub", "moon"]),
        Case(name: "unknown zone", arguments: ["schedule", "edit", "present", "--timezone", "Mars/Phobos"]),
        Case(
            name: "value of 45,001 characters",
            arguments: ["secret", "update", "present", "--value"],
            input: String(repeating: "ä", count: 45_001)
        ),
        Case(name: "empty value", arguments: ["secret", "update", "present", "--value"], input: "\n"),
        Case(
            name: "value that is no text",
            arguments: ["secret", "create", "new", "--allowed-workspaces", "some"],
            input: "v"
        ),
        Case(name: "delete without --yes", arguments: ["secret", "delete", "present"]),
        Case(name: "delete what has a schedule", arguments: ["secret", "delete", "present", "--yes"]),
        Case(
            name: "secret that the hub does not have",
            arguments: ["secret", "update", "absent", "--value"],
            input: "v"
        ),
        Case(name: "bad cron", arguments: ["schedule", "edit", "present", "--cron", "0 3 * * 1#7"]),
        Case(name: "cron without a day", arguments: ["schedule", "next", "--cron", "0 3 30 2 *"]),
        Case(name: "both cadences", arguments: ["schedule", "edit", "present", "--cron", "@daily", "--every", "1d"]),
        Case(name: "jitter beyond the period", arguments: ["schedule", "edit", "present", "--jitter", "31d"]),
        Case(name: "unknown command", arguments: ["rotat-now"]),
        Case(
            name: "number that readers differ on",
            arguments: [
                "schedule", "add", "new", "--every", "1d", "--generator",
                "{type: command, command: x, parameters: {port: 05432}}",
            ]
        ),
        Case(
            name: "variable that the daemon sets",
            arguments: [
                "schedule", "add", "new", "--every", "1d", "--generator",
                "{type: command, command: x, environment: [PGHOST, PATH]}",
            ]
        ),
        // The schedules file.
        Case(
            name: "schedules file with numbers that readers differ on",
            arguments: apply,
            spoil: write(
                """
                schedules:
                  - secret: new
                    every: 30d
                    generator: {type: command, command: postgresql, parameters: {role: 0123, port: 05432, host: 1:30, database: 2024_01}}

                """,
                to: "s.yaml"
            )
        ),
        Case(
            name: "schedules file with many errors",
            arguments: apply,
            spoil: write(
                """
                schedules:
                  - {secret: present, every: 1d, cron: "0 3 * * 1", generator: uuid}
                  - {secret: new, generator: uuid}
                  - {secret: new, every: soon, generatr: uuid}
                  - {secret: moon/new2, every: 1d, generator: {type: pasword}}
                  - {secret: bad alias, every: 1d, generator: uuid, timezone: Mars/Phobos}
                  - {every: 1d, generator: uuid, window: 1h, jitter: 2h}
                  - {secret: timed, cron: "0 3 * 13 *", generator: uuid}
                schedule: []

                """,
                to: "s.yaml"
            )
        ),
        Case(name: "schedules file that is none", arguments: apply, spoil: write("- a\n", to: "s.yaml")),
        Case(name: "no such schedules file", arguments: apply),
        // The database.
        Case(
            name: "newer database",
            arguments: ["schedule", "pause", "present"],
            spoil: addMigration
        ),
        Case(name: "newer database, daemon", arguments: ["daemon"], spoil: addMigration),
        Case(
            name: "newer database, read",
            arguments: ["rotation", "list"],
            spoil: addMigration
        ),
        Case(name: "database of an earlier version", arguments: ["schedule", "pause", "present"], spoil: makeEarlier),
        Case(name: "database of an earlier version, daemon", arguments: ["daemon"], spoil: makeEarlier),
        Case(name: "database of an earlier version, read", arguments: ["rotation", "list"], spoil: makeEarlier),
        Case(
            name: "candidates of an earlier version",
            arguments: ["schedule", "add", "new", "--every", "1d"],
            spoil: { world in
                try FileManager.default.removeItem(atPath: world.folder.file("rotator.db"))
                let sql = "PRAGMA application_id = 0x53526F43"
                _ = try await Oracle.python(change, world.folder.file("rotator.db.candidates"), sql)
            }
        ),
        Case(name: "corrupt database", arguments: ["schedule", "pause", "present"], spoil: spoilDatabase),
        Case(name: "corrupt database, daemon", arguments: ["daemon"], spoil: spoilDatabase),
        Case(name: "corrupt database, read", arguments: ["schedule", "list"], spoil: spoilDatabase),
        Case(name: "another program's database", arguments: ["daemon"], spoil: execute("PRAGMA application_id = 7")),
        Case(name: "database that is a directory", arguments: ["schedule", "pause", "present"], spoil: makeFolder),
        Case(name: "database that is a directory, daemon", arguments: ["daemon"], spoil: makeFolder),
        Case(name: "database that is a directory, read", arguments: ["audit", "list"], spoil: makeFolder),
        Case(
            name: "database that is not yours to write",
            arguments: ["schedule", "pause", "present"],
            user: stranger,
            spoil: { world in
                for (name, mode) in [
                    ("config.yaml", 0o444), ("rotator.db", 0o444), ("rotator.db.lock", 0o444), (".", 0o555),
                ] {
                    try await setMode(mode, of: name)(world)
                }
            }
        ),
        Case(
            name: "database file that is read-only",
            arguments: ["schedule", "pause", "present"],
            user: stranger,
            spoil: { world in
                try await setMode(0o444, of: "rotator.db")(world)
                try await setMode(0o444, of: "config.yaml")(world)
                guard let stranger else { return }
                let owner: [FileAttributeKey: Any] = [.ownerAccountID: stranger, .groupOwnerAccountID: stranger]
                for name in [".", "rotator.db.lock", "rotator.db-wal", "rotator.db-shm"] {
                    let path = world.folder.file(name)
                    guard FileManager.default.fileExists(atPath: path) else { continue }
                    try FileManager.default.setAttributes(owner, ofItemAtPath: path)
                }
            }
        ),
        Case(
            name: "lock that can't be taken",
            arguments: ["daemon"],
            spoil: { world in
                try FileManager.default.removeItem(atPath: world.folder.file("rotator.db.lock"))
                let path = world.folder.file("rotator.db.lock")
                try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
            }
        ),
    ]

    private static let spoilDatabase: @Sendable (World) async throws -> Void = { world in
        for suffix in ["-wal", "-shm"] {
            try? FileManager.default.removeItem(atPath: world.folder.file("rotator.db" + suffix))
        }
        try world.folder.write(String(repeating: "this is no database ", count: 500), to: "rotator.db")
    }

    private static let makeFolder: @Sendable (World) async throws -> Void = { world in
        for suffix in ["", "-wal", "-shm"] {
            try? FileManager.default.removeItem(atPath: world.folder.file("rotator.db" + suffix))
        }
        let path = world.folder.file("rotator.db")
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    }

    /// What must not change: the database's content, the other files, and what the hub was sent.
    private static func state(of world: World) async throws -> [String: Data] {
        var state = try world.folder.contents().filter { name, _ in
            !["-wal", "-shm", ".lock"].contains { name.hasSuffix($0) }
        }
        if let dump = try await Oracle.dump(world.folder.file("rotator.db")), dump.contains("audit_log") {
            state["rotator.db"] = Data(dump.utf8)
        }
        state["sent"] = Data("\(world.hub.received.filter { $0.applied && $0.method != "GET" }.count)".utf8)
        return state
    }

    @Test func lockedDatabaseIsToldAndNotWaitedForForEver() async throws {
        try await World.with { world in
            try await world.schedule("present", every: "30d")
            let other = try Connection(path: world.folder.file("rotator.db"), mode: .readWrite)
            try other.execute("BEGIN IMMEDIATE")
            let outcome = try await world.run("schedule", "pause", "present")
            let reading = try await world.run("schedule", "list")
            other.close()
            #expect(outcome.status == 75)
            let message = "another program holds a lock on it: end that program's transaction, and try again"
            #expect(outcome.errors == "error: \(world.folder.file("rotator.db")): \(message)\n")
            #expect(reading.status == 0)
            #expect(try await world.events() == ["schedule.added"])
        }
    }

    @Test func badInputIsToldAsItWasReadAndChangesNothing() async throws {
        var text = ""
        for example in Self.cases {
            try await World.with { world in
                try await world.schedule("present", every: "30d")
                try await example.spoil(world)
                let before = try await Self.state(of: world)
                let arguments = example.arguments.map { $0.replacing("FOLDER", with: world.folder.path) }
                let outcome = try await world.run(arguments, input: example.input, user: example.user)
                var after = try await Self.state(of: world)
                // That somebody asked the hub in vain is told: that is no change.
                if after["rotator.db"] != before["rotator.db"], example.name.contains("hub does not have") {
                    for file in ["rotator.db", "rotator.db.mark"] { after[file] = before[file] }
                }
                #expect(after == before, "\(example.name)")
                #expect(outcome.output == "", "\(example.name)")
                let errors = outcome.errors.replacing(world.folder.path, with: "FOLDER")
                Self.transcript.withLock {
                    $0 += "== \(example.name)\n"
                    $0 +=
                        "$ secret-rotator \(example.arguments.joined(separator: " ")); exit \(outcome.status)\n\(errors)\n"
                }
            }
        }
        text = Self.transcript.withLock { $0 }
        try Snapshot.expect(text, is: "bad-input.txt")
    }

    private static let transcript = Mutex("")
}
