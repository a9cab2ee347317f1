import Foundation
import SandboxHub
import TestSupport
import Testing

/// Why a plug-in's step failed: in the history, in `rotation show`, `status` and the log.
@Suite(.timeLimit(.minutes(5)), .enabled(if: World.plugInObstacle == nil, "\(World.plugInObstacle ?? "")"))
struct PlugInReasonTests {
    private static func last(_ event: String, _ world: World) async throws -> [String: Any] {
        let entry = try await world.audit().last { $0["event"] as? String == event }
        let detail = try #require(entry?["detail"] as? [String: Any])
        return try #require(detail["failed_step"] as? [String: Any])
    }

    /// The keys of a step's failure, as a test can compare them.
    private static func words(_ detail: [String: Any]) -> [String] {
        ["step", "cause", "exit_status", "signal", "timeout_ms", "reason"].compactMap { key in
            detail[key].map { "\(key)=\($0)" }
        }
    }

    @Test(arguments: [
        (
            "{install: {exit: 3, reason: no_such_role, say: 'ERROR 42704: role'}}",
            ["step=install", "cause=exited", "exit_status=3", "reason=no_such_role"],
            "generator: install exited with 3 (no_such_role)"
        ),
        (
            "{test: {exit: 1, reason: 'Not a Word', say: 'ERROR 42704: role'}}",
            ["step=test", "cause=exited", "exit_status=1"], "generator: test exited with 1"
        ),
        (
            "{generate: {exit: 65, reason: too_short}}",
            ["step=generate", "cause=exited", "exit_status=65", "reason=too_short"],
            "unusable_value: generate exited with 65 (too_short)"
        ),
        (
            "{install: crash}", ["step=install", "cause=signaled", "signal=11"],
            "generator: install was ended by signal 11"
        ),
        ("{test: garbage}", ["step=test", "cause=invalid_answer"], "generator: test gave no valid answer"),
        ("{generate: flood}", ["step=generate", "cause=too_much_output"], "generator: generate wrote too much"),
    ])
    func failureIsNamedWhereverItIsShown(fault: String, words: [String], text: String) async throws {
        try await PlugInTests.with(fault: fault) { world in
            let slow = try world.folder.read("config.yaml").replacing(
                "cycle_delays: [200ms]",
                with: "cycle_delays: [1h]"
            )
            try world.folder.write(slow, to: "config.yaml")
            try await world.withDaemon { _ async throws in
                let outcome = try await PlugInTests.rotate(world)
                #expect(outcome.status == 1 && outcome.output.contains("failed: \(text)"), "\(outcome.output)")
                let isUnusable = text.hasPrefix("unusable")
                if isUnusable {
                    try await eventually("three have failed") {
                        try await world.events("db").filter { $0 == "rotation.failed" }.count == 3
                    }
                }
                try await eventually("status tells it") {
                    let status = try await world.run("status")
                    return status.status == 1 && (status.output + status.errors).contains("last error \(text)")
                }
            }
            #expect(try await Self.words(Self.last("rotation.failed", world)) == words)
            let rotation = try #require(try await world.run("rotation", "list", "--json").objects.last)
            #expect(Self.words(try #require(rotation["failed_step"] as? [String: Any])) == words)
            let id = try #require(rotation["rotation"] as? String)
            #expect(try await world.run("rotation", "show", id).output.contains("failed: \(text)"))
            let log = try world.folder.read("daemon.log").split(separator: "\n")
            let line = log.first { $0.contains(#""level":"warning""#) && $0.contains("plug-in: ") }
            #expect(try #require(line).contains(text.split(separator: ": ", maxSplits: 1).last ?? ""))
            if fault.contains("42704") { #expect(line?.contains("ERROR 42704: role") == true) }
        }
    }

    /// One that took too long is told from one that asks for another try.
    @Test(arguments: [
        ("{test: hang}", ["step=test", "cause=timed_out", "timeout_ms=1000"], "test timed out after 1s"),
        (
            "{test: {exit: 75, reason: server_is_starting}}",
            ["step=test", "cause=exited", "exit_status=75", "reason=server_is_starting"],
            "test exited with 75 (server_is_starting)"
        ),
    ])
    func whyAStepIsRepeatedIsNamed(fault: String, words: [String], text: String) async throws {
        try await PlugInTests.with(fault: fault, timeout: "1s") { world in
            try await world.withDaemon { _ async throws in
                try await world.expect(0, "rotate-now", "db")
                try await eventually("the step has failed") {
                    try await world.events("db").contains("rotation.deferred")
                }
                let open = try #require(try await world.run("rotation", "list", "--open", "--json").objects.first)
                #expect(Self.words(try #require(open["deferred_step"] as? [String: Any])) == words)
                #expect(open["failed_step"] == nil)
                #expect(try await world.run("rotation", "list").output.contains(text))
                #expect(try await Self.words(Self.last("rotation.deferred", world)) == words)
            }
        }
    }

    /// SQL has it in columns.
    @Test func failureIsInTheView() async throws {
        try await PlugInTests.with(fault: "{test: {exit: 3, reason: no_login}}") { world in
            try await world.withDaemon { _ async throws in #expect(try await PlugInTests.rotate(world).status == 1) }
            let row = try await Oracle.sqlite(
                world.folder.file("rotator.db"),
                "SELECT failed_step, failed_cause, exit_status, timed_out, reason FROM rotation_history LIMIT 1"
            )
            #expect(row == "test|exited|3|0|no_login")
        }
    }

    // MARK: Masking

    /// A plug-in that quotes the value as clients, shells and dumps do.
    private static let chatter = """
        #!/usr/bin/python3 -I
        import base64, json, sys, urllib.parse
        q = json.load(sys.stdin)
        say = lambda *words: print(*words, file=sys.stderr)
        if q["step"] == "check":
            sys.exit(64)
        if q["step"] == "generate":
            say("harmless #1")
            print(json.dumps({"value": json.dumps({"user": "app", "password": "S3CRET/päss-\\"word\\""}),
                "state": {"old": "0LD-PASS-WORD"}}))
            sys.exit(0)
        password = json.loads(q["value"])["password"]
        for text in (q["value"], password, q["state"]["old"], json.dumps(q), json.dumps(json.dumps(q["value"]))):
            raw = text.encode()
            say("could not log in with", text)
            say("INSERT INTO x VALUES", json.dumps(text), json.dumps(text, ensure_ascii=False))
            say("postgres://x:" + urllib.parse.quote(text, safe="") + "@host", urllib.parse.quote_plus(text))
            say(raw.hex(), raw.hex().upper(), raw.hex(" "))
            say(repr(raw))
            for before in (b"", b"x", b"xy"):
                say("Authorization: Basic", base64.b64encode(before + raw).decode())
                say(base64.urlsafe_b64encode(before + raw).decode())
        say("harmless #2")
        print("{}")

        """

    /// A shell's traces, with a password within a JSON value.
    private static let trace = #"""
        #!/bin/sh -eux
        read -r question
        case "$question" in
        *'"step":"generate"'*) echo '{"value":"{\"username\":\"app\",\"password\":\"S3CRET-1\"}"}' ;;
        *) printf '%s\n' "$question" >/dev/null; echo '{}' ;;
        esac

        """#

    @Test(arguments: [(chatter, ["harmless #1", "harmless #2"]), (trace, [])])
    func noFormOfAValueIsInTheLog(script: String, shown: [String]) async throws {
        try await PlugInTests.with(prepare: { world in
            try world.folder.write(script, to: "generators/system")
            chmod(world.folder.file("generators/system"), 0o755)
        }) { world in
            try await world.withDaemon { _ async throws in
                let outcome = try await PlugInTests.rotate(world)
                #expect(outcome.status == 0, "\(outcome.errors)")
            }
            let log = try world.folder.read("daemon.log")
            for text in shown { #expect(log.contains(text)) }
            #expect(log.contains("lines_withheld"))
            for word in [
                "S3CRET", "0LD-PA", "PASS-W", "\\u00e4ss", "%A4ss", "%22word", "word\\\\", "could not", "INSERT",
            ] {
                #expect(!log.contains(word), "\(word)")
            }
            let digits = log.lowercased().replacing(" ", with: "")
            for hidden in ["S3CRET", "0LD-PASS"] {
                #expect(!digits.contains(hidden.utf8.map { String($0, radix: 16) }.joined()))
                for before in ["", "x", "xy"] {
                    let coded = Data((before + hidden).utf8).base64EncodedString()
                    #expect(!log.contains(coded.dropFirst(before.isEmpty ? 0 : before.utf8.count + 1).prefix(6)))
                }
            }
        }
    }

    /// What a `generate` that failed has said can't be compared with anything.
    @Test func linesOfAFailedGenerateAreWithheld() async throws {
        try await PlugInTests.with(fault: "{generate: {exit: 1, reason: no_luck, say: 'my new value is hunter2'}}") {
            world in
            try await world.withDaemon { _ async throws in #expect(try await PlugInTests.rotate(world).status == 1) }
            let log = try world.folder.read("daemon.log")
            #expect(!log.contains("hunter2"))
            #expect(log.contains(#""lines_withheld":"1""#) && log.contains("generate exited with 1 (no_luck)"))
        }
    }

    // MARK: Neighbours

    @Test func plugInFindsItsNeighbours() async throws {
        try await PlugInTests.with(prepare: { world in
            let script = """
                #!/bin/sh -eu
                . "$GENERATORS_DIRECTORY/neighbour.sh"
                answer

                """
            try world.folder.write(
                "answer() { cat > /dev/null; echo '{\"value\":\"from-the-neighbour\"}'; }\n",
                to: "generators/neighbour.sh"
            )
            chmod(world.folder.file("generators/neighbour.sh"), 0o644)
            try world.folder.write(script, to: "generators/system")
            chmod(world.folder.file("generators/system"), 0o755)
        }) { world in
            try await world.withDaemon { _ async throws in #expect(try await PlugInTests.rotate(world).status == 0) }
            #expect(world.hub.value(of: "db") == "from-the-neighbour")
            let generator = "{type: command, command: system, environment: [GENERATORS_DIRECTORY]}"
            try await world.expect(64, "schedule", "edit", "db", "--generator", generator)
        }
    }
}
