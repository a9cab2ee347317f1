import Foundation
import SandboxHub
import Subprocess
import SystemPackage
import TestSupport
import Testing

/// AI Hub's four operations by hand, with a daemon and without one.
@Suite(.timeLimit(.minutes(5)))
struct SecretCommandTests {
    private static let value = "by-hand-\(UUID().uuidString)"

    /// Creates, updates, lists and deletes a secret.
    private static func useAllFour(_ world: World) async throws {
        let create = ["secret", "create", "made", "--allowed-workspaces", "[billing]", "--description", "D"]
        let created = try await world.run(create, input: "first\n")
        #expect(created.status == 0, "\(created.errors)")
        #expect(created.output == "local/made: created\n")
        let isFirst = world.hub.value(of: "made") == "first"
        #expect(isFirst)
        #expect(try await world.run(create, input: "second\n").status == 1)

        let updated = try await world.run(["secret", "update", "made", "--value"], input: value)
        #expect(updated.status == 0, "\(updated.errors)")
        let isSecond = world.hub.value(of: "made") == value
        #expect(isSecond)
        try await world.expect(0, "secret", "update", "made", "--allowed-workspaces", "none")
        let isUntouched = world.hub.value(of: "made") == value
        #expect(isUntouched)

        let listed = try await world.run("secret", "list", "--json").objects
        #expect(listed.count == 1)
        #expect(listed.first?["secret"] as? String == "local/made")
        #expect(listed.first?["description"] as? String == "D")
        #expect(listed.first?["allowed_workspaces_type"] as? String == "NONE")

        try await world.expect(0, "secret", "delete", "made", "--yes")
        #expect(world.hub.value(of: "made") == nil)
        #expect(try await world.run("secret", "list").output == "no secrets\n")
    }

    private static let events = [
        "secret.attempted", "secret.created", "secret.attempted", "secret.failed", "secret.attempted",
        "secret.updated", "secret.attempted", "secret.updated", "secret.listed", "secret.attempted",
        "secret.deleted", "secret.listed",
    ]

    @Test func allFourWorkWithoutADaemon() async throws {
        try await World.with { world async throws in
            try await Self.useAllFour(world)
            #expect(try await world.events() == Self.events)
            try await Self.expectSecrecy(world)
        }
    }

    @Test func allFourWorkThroughTheDaemon() async throws {
        try await World.with { world async throws in
            try await world.withDaemon { _ in try await Self.useAllFour(world) }
            let events = try await world.events().filter { $0.hasPrefix("secret.") }
            #expect(events == Self.events)
            try await Self.expectSecrecy(world)
        }
    }

    /// What was sent is told by its fields' names; the value stands nowhere.
    private static func expectSecrecy(_ world: World) async throws {
        let attempts = try await world.audit().filter { $0["event"] as? String == "secret.attempted" }
        let fields = attempts.map { ($0["detail"] as? [String: Any])?["fields"] as? [String] ?? [] }
        #expect(fields.contains(["value"]))
        #expect(attempts.allSatisfy { ($0["actor"] as? [String: Any])?["uid"] as? Int == Int(getuid()) })
        let places = try world.folder.contents().filter { $0.key != "token" }.map(\.value)
        let texts = world.outputs.map { Data($0.utf8) }
        let isFound = (places + texts).contains { $0.range(of: Data(value.utf8)) != nil }
        #expect(!isFound)
    }

    @Test(arguments: [
        ("plain\n", false, "plain"), ("plain\r\n", false, "plain"), ("two\n\n", false, "two\n"),
        ("kept\n", true, "kept\n"), ("a\nb", false, "a\nb"), ("\u{1F511}", false, "\u{1F511}"),
    ])
    func oneLineBreakAtTheEndIsLeftOut(input: String, keeps: Bool, expected: String) async throws {
        try await World.with { world async throws in
            world.hub.create("x", value: "old")
            let flags = keeps ? ["--keep-line-break"] : []
            #expect(try await world.run(["secret", "update", "x", "--value"] + flags, input: input).status == 0)
            let isExpected = world.hub.value(of: "x") == expected
            #expect(isExpected)
        }
    }

    @Test func longestValueIsSent() async throws {
        try await World.with(timeout: "60s") { world async throws in
            world.hub.create("x", value: "old")
            let longest = String(repeating: "\u{1F511}", count: 45_000)
            try await world.withDaemon { _ async throws in
                let outcome = try await world.run(["secret", "update", "x", "--value"], input: longest)
                #expect(outcome.status == 0, "\(outcome.errors)")
            }
            let isHeld = world.hub.value(of: "x") == longest
            #expect(isHeld)
        }
    }

    /// A value that may have arrived is reported as such, and the secret is left alone for a while.
    @Test func ambiguousEndIsRecorded() async throws {
        try await World.with(timeout: "60s") { world async throws in
            world.hub.create("x", value: "old")
            world.hub.inject([SandboxFault(.dropAfter, method: "PATCH")])
            let outcome = try await world.run(["secret", "update", "x", "--value"], input: "new")
            #expect(outcome.status == 69)
            #expect(outcome.errors.contains("the hub may have done it anyway"))
            let again = try await world.run(["secret", "update", "x", "--value"], input: "newer")
            #expect(again.status == 1)
            #expect(again.errors.contains("an earlier request may still be on its way; try again after"))
            #expect(world.patches("x").count == 1)
        }
    }

    @Test func refusedTokenExitsWith77AndSuspendsTheHub() async throws {
        try await World.with { world async throws in
            try world.folder.write("wrong\n", to: "token")
            #expect(try await world.run("secret", "list").status == 77)
            let second = try await world.run("secret", "list")
            #expect(second.status == 69)
            #expect(second.errors == "error: hub local is suspended (unauthorized): see secret-rotator status\n")
            #expect(world.hub.received.count == 1)
        }
    }

    /// On a terminal the value is asked for, and neither echoed nor left in a terminal that shows nothing.
    @Test(arguments: [("typed", "hidden value\\n", 0, "hidden value"), ("interrupted", "half\\x03", 64, "old")])
    func terminalDoesNotShowTheValue(name: String, keys: String, status: Int, expected: String) async throws {
        try await World.with { world async throws in
            world.hub.create("x", value: "old")
            let program = """
                import os, pty, sys, termios
                pid, fd = pty.fork()
                if pid == 0:
                    os.execv(sys.argv[1], [sys.argv[1], "--config", sys.argv[2], "secret", "update", "x", "--value"])
                shown = b""
                while b"not shown" not in shown:
                    shown += os.read(fd, 1000)
                os.write(fd, b"\(keys)")
                try:
                    while True:
                        more = os.read(fd, 1000)
                        if not more: break
                        shown += more
                except OSError:
                    pass
                code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
                print(code, b"hidden" in shown or b"half" in shown)
                """
            let said = try await Oracle.python(program, Program.path.string, world.folder.file("config.yaml"))
            #expect(said == "\(status) False")
            let isExpected = world.hub.value(of: "x") == expected
            #expect(isExpected)
        }
    }
}
