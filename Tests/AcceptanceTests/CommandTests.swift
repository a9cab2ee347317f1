import Foundation
import SandboxHub
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5)))
struct CommandTests {
    @Test func demoShowsAHistoryAndLeavesNothingBehind() async throws {
        try await TemporaryFolder.with { folder in
            let outcome = try await Program.run(["demo"], environment: ["TMPDIR": folder.path])
            #expect(outcome.status == 0, "\(outcome.errors)")
            for text in ["succeeded after 3 attempts", "one and the same value", "rotation.succeeded", "rotate_now"] {
                #expect(outcome.output.contains(text), "\(text)")
            }
            #expect(try folder.contents().isEmpty)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
        }
    }

    @Test func keygenWritesOnceAndForItsOwnerOnly() async throws {
        try await TemporaryFolder.with { folder in
            let file = folder.file("audit.key")
            let arguments = ["keygen", "audit", "--output", file, "--origin", "ops1.example.com/secret-rotator"]
            let first = try await Program.run(arguments)
            #expect(first.status == 0)
            #expect(first.output.hasPrefix("ops1.example.com/secret-rotator+"))
            #expect(first.output.split(separator: "\n").count == 1)
            #expect(try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int == 0o600)
            let content = try folder.read("audit.key")
            #expect(try await Program.run(arguments).status == 74)
            let isKept = try folder.read("audit.key") == content
            #expect(isKept)
        }
    }

    @Test(arguments: [
        (["schedule", "add", "x", "--every", "30 days"], 64 as Int32, "--every: \"30 days\" is no duration"),
        (["schedule", "add", "x y", "--every", "30d"], 64, "\"x y\" is no secret"),
        (
            ["schedule", "add", "x", "--every", "30d", "--generator", "pasword"], 64,
            "there is no generator \"pasword\""
        ),
        (
            ["schedule", "add", "x", "--every", "30d", "--generator", "{type: password, lenght: 9}"], 64,
            "did you mean length?"
        ),
        (["schedule", "remove", "x"], 66, "no schedule for local/x"),
        (["schedule", "pause", "x", "--until", "yesterday"], 64, "--until: give a later instant"),
        (["rotate-now"], 64, "name secrets, or give --all, or --overdue"),
        (["rotate-now", "x", "--all"], 64, "name secrets, or give --all, or --overdue"),
        (["status"], 69, "the daemon is stopped"),
    ])
    func badInputIsNamedAndChangesNothing(_ arguments: [String], _ status: Int32, _ message: String) async throws {
        try await World.with { world in
            try await world.schedule("present", every: "30d")
            let outcome = try await Program.run(["--config", world.folder.file("config.yaml")] + arguments)
            #expect(outcome.status == status)
            #expect(outcome.errors.contains(message), "\(outcome.errors)")
            #expect(try await world.events() == ["schedule.added"])
        }
    }

    @Test func configurationProblemsExitWith78AndNameTheirPlace() async throws {
        try await World.with(extra: "colour: red") { world in
            let outcome = try await world.run("daemon")
            #expect(outcome.status == 78)
            #expect(outcome.errors.contains("config.yaml:"))
            #expect(outcome.errors.contains("unknown key \"colour\""))
        }
    }

    @Test(arguments: [
        (
            "INSERT INTO migrations (name, applied_at) VALUES ('of-next-year', 0)", 78 as Int32,
            "is newer than this program"
        ),
        ("UPDATE schedules SET generator = 'junk'", 1, "can't be read"),
        ("UPDATE schedules SET next_due = 0", 1, "its slot has no obstacle"),
    ])
    func statusDoesNotSayThatAllIsWellWhereItIsNot(_ damage: String, _ status: Int32, _ message: String) async throws {
        try await World.with { world in
            try await world.schedule("present", every: "30d")
            world.hub.inject([SandboxFault(.status(503), times: 1000)])
            try await world.withDaemon { _ in
                _ = try await Oracle.python(
                    "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute(sys.argv[2]); c.commit()",
                    world.folder.file("rotator.db"),
                    damage
                )
                let outcome = try await world.run("status")
                #expect(outcome.status == status)
                #expect((outcome.output + outcome.errors).contains(message), "\(outcome.output)")
            }
        }
    }

    @Test func scheduleIsListedAsTableAndAsJSON() async throws {
        try await World.with { world in
            try await world.schedule("listed", every: "30d", options: ["--owner", "payments"])
            let objects = try await world.run("schedule", "list", "--json").objects
            #expect(objects.count == 1)
            #expect(objects.first?["secret"] as? String == "local/listed")
            #expect(objects.first?["every"] as? String == "30d")
            let table = try await world.run("schedule", "list").output
            #expect(table.hasPrefix("SECRET        CADENCE    GENERATOR  NEXT DUE"))
            #expect(!table.contains("\u{1B}"))
            try await world.expect(1, "schedule", "add", "listed", "--every", "1d")
            try await world.expect(0, "schedule", "remove", "listed")
            #expect(try await world.run("schedule", "list", "--json").objects.isEmpty)
        }
    }
}
