import Foundation
import SandboxHub
import SystemPackage
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5)))
struct HistoryTests {
    /// Reads canonical JSON Lines and writes them again: the same bytes must come out.
    private static let canonical = """
        import json, sys
        lines = open(sys.argv[1], encoding="utf-8").read().splitlines()
        again = [json.dumps(json.loads(l), sort_keys=True, separators=(",", ":"), ensure_ascii=False) for l in lines]
        seqs = [json.loads(l)["seq"] for l in lines]
        print(len(lines) > 5 and lines == again and seqs == list(range(1, len(lines) + 1)))
        """

    @Test func auditLogIsCanonicalAndWithoutGaps() async throws {
        try await World.with { world in
            try await world.schedule("told", every: "1s")
            try await world.withDaemon { _ in
                try await eventually("two rotations") { world.patches("told").count >= 2 }
            }
            let log = try await world.run("audit", "list", "--json").output
            try world.folder.write(log, to: "audit.jsonl")
            #expect(try await Oracle.python(Self.canonical, world.folder.file("audit.jsonl")) == "True")
            let stored = try await Oracle.sqlite(
                world.folder.file("rotator.db"),
                "SELECT line FROM audit_log ORDER BY seq"
            )
            #expect(stored + "\n" == log)
        }
    }

    /// Python's jsonschema, which we did not write.
    private static let validation = """
        import json, sys
        from jsonschema import Draft202012Validator
        validator = Draft202012Validator(json.load(open(sys.argv[1])))
        lines = [json.loads(line) for line in open(sys.argv[2], encoding="utf-8")]
        print([line["event"] for line in lines if not validator.is_valid(line)], len({line["event"] for line in lines}) >= 15)
        """

    @Test func linesAreAsTheirSchemaSays() async throws {
        try await World.with { world in
            try await world.schedule("told", every: "30d")
            try await world.withDaemon { _ in
                try await world.expect(0, "rotate-now", "told", "--reason", "leak", "--ticket", "S-1", "--wait")
                world.hub.inject([SandboxFault(.status(400), method: "PATCH")])
                try await world.expect(1, "rotate-now", "told", "--wait")
                try await world.expect(0, "schedule", "pause", "told", "--reason", "freeze")
                try await world.expect(0, "schedule", "resume", "told")
                try await world.expect(0, "schedule", "edit", "told", "--every", "10d")
                try await world.expect(0, "secret", "update", "told", "--description", "d")
                try await world.expect(0, "secret", "list")
                try await world.expect(0, "schedule", "remove", "told")
            }
            try world.folder.write(try await world.run("audit", "list", "--json").output, to: "audit.jsonl")
            let schema = FilePath(#filePath).removingLastComponent().appending(
                "../../Sources/RotationCore/Documentation.docc/Resources/audit-entry.schema.json"
            )
            let found = try await Oracle.python(Self.validation, schema.string, world.folder.file("audit.jsonl"))
            #expect(found == "[] True")
        }
    }

    @Test func databaseIsSoundAndItsViewsAnswer() async throws {
        try await World.with { world in
            try await world.schedule("viewed", every: "30d", options: ["--owner", "payments"])
            world.hub.inject([SandboxFault(.status(503), method: "PATCH")])
            try await world.withDaemon { _ in
                try await world.expect(0, "rotate-now", "viewed", "--wait")
            }
            let database = world.folder.file("rotator.db")
            let questions = [
                "PRAGMA integrity_check": "ok",
                "SELECT outcome, attempts, confirmed FROM rotation_history": "succeeded|2|1",
                "SELECT outcome, status FROM attempt_history ORDER BY attempt": "ambiguous|503\ndelivered|200",
                "SELECT alias, owner, paused FROM schedule_current": "viewed|payments|0",
                "SELECT event FROM schedule_changes": "schedule.added",
                "SELECT count(DISTINCT rotation) FROM audit_entries": "1",
            ]
            for (question, answer) in questions {
                #expect(try await Oracle.sqlite(database, question) == answer, "\(question)")
            }
        }
    }

    @Test func everyLogLineAboutARotationNamesIt() async throws {
        try await World.with { world in
            try await world.schedule("named", every: "30d")
            world.hub.inject([SandboxFault(.status(503), method: "PATCH")])
            try await world.withDaemon { _ in
                try await world.expect(0, "rotate-now", "named", "--wait")
            }
            let lines = try world.folder.read("daemon.log").split(separator: "\n").map { line in
                try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: String] ?? [:]
            }
            let warnings = lines.filter { $0["level"] == "warning" && $0["message"]?.hasPrefix("hub") == true }
            #expect(warnings.count == 1)
            for key in ["hub", "alias", "rotation", "attempt", "time"] {
                #expect(warnings.first?[key] != nil, "\(key)")
            }
        }
    }

    /// An export that was cut off must not look like a whole one.
    @Test func exportThatCannotBeWrittenFails() async throws {
        try await World.with { world in
            try await world.schedule("told", every: "30d")
            let program = """
                import subprocess, sys
                arguments = [sys.argv[1], "--config", sys.argv[2], "audit", "list", "--json"]
                done = subprocess.run(arguments, stdout=open("/dev/full", "w"), stderr=subprocess.PIPE, text=True)
                print(done.returncode, "standard output could not be written" in done.stderr)
                """
            let said = try await Oracle.python(program, Program.path.string, world.folder.file("config.yaml"))
            #expect(said == "74 True")
        }
    }

    @Test func auditLogRefusesChanges() async throws {
        try await World.with { world in
            try await world.schedule("kept", every: "30d")
            let changes = [
                "DELETE FROM audit_log", "UPDATE audit_log SET line = '{}'",
                "INSERT OR REPLACE INTO audit_log VALUES (1, 'forged')", "REPLACE INTO audit_log VALUES (1, 'forged')",
                "INSERT INTO audit_log VALUES (99, 'out of turn')",
            ]
            for change in changes {
                let program = """
                    import sqlite3, sys
                    try:
                        sqlite3.connect(sys.argv[1]).execute(sys.argv[2])
                        print("changed")
                    except sqlite3.IntegrityError as e:
                        print(e)
                    """
                let answer = try await Oracle.python(program, world.folder.file("rotator.db"), change)
                #expect(answer == "the audit log is append-only")
            }
        }
    }
}
