import Foundation
import SandboxHub
import TestSupport
import Testing

/// A plug-in is asked whether its parameters will do before a schedule that uses them is saved.
@Suite(.timeLimit(.minutes(5)), .enabled(if: World.plugInObstacle == nil, "\(World.plugInObstacle ?? "")"))
struct PlugInCheckTests {
    private static func generator(_ world: World, _ fault: String, timeout: String = "20s") -> String {
        """
        {type: command, command: system, timeout: \(timeout), parameters: {system: \(world.folder.file("state/system")),
        log: \(world.folder.file("state/log")), fault: {check: \(fault)}}}
        """
    }

    /// What `check` was given, once for each time that it was asked.
    private static func questions(_ world: World) throws -> [String] {
        try world.folder.read("state/log.check").split(separator: "\n").map(String.init)
    }

    /// Runs a closure with and without a daemon.
    private static func onBothWays(_ world: World, _ body: @escaping @Sendable () async throws -> Void) async throws {
        try await body()
        try await world.withDaemon { _ async throws in try await body() }
    }

    @Test func refusedParametersAreNotSaved() async throws {
        try await PlugInTests.with { world in
            let before = try await world.run("schedule", "list", "--json").output
            let bad = Self.generator(world, "{exit: 2, reason: own_login}")
            try await Self.onBothWays(world) {
                let added = try await world.run("schedule", "add", "new", "--every", "1d", "--generator", bad)
                let edited = try await world.run("schedule", "edit", "db", "--generator", bad)
                let file =
                    "schedules: [{secret: a, every: 1d, generator: password}, {secret: b, every: 1d, generator: \(bad)}]\n"
                try world.folder.write(file, to: "s.yaml")
                let applied = try await world.run("schedule", "apply", "-f", world.folder.file("s.yaml"))
                #expect([added.status, edited.status, applied.status] == [64, 64, 78])
                for (outcome, name) in [(added, "new"), (edited, "db"), (applied, "b")] {
                    let message =
                        "local/\(name): its plug-in system refuses its parameters: check exited with 2 (own_login)"
                    #expect(outcome.errors.contains(message), "\(outcome.errors)")
                }
                #expect(try await world.run("schedule", "list", "--json").output == before)
            }
        }
    }

    @Test(arguments: [
        (
            "{exit: 75, reason: server_is_down}", "20s",
            "could not check its parameters now: check exited with 75 (server_is_down)"
        ),
        ("hang", "1s", "could not check its parameters now: check timed out after 1s"),
        ("{exit: 0}", "20s", ""), ("{exit: 64}", "20s", ""), ("garbage", "20s", ""),
    ])
    func whatIsNoRefusalIsSaved(fault: String, timeout: String, warning: String) async throws {
        try await PlugInTests.with { world in
            let generator = Self.generator(world, fault, timeout: timeout)
            try await Self.onBothWays(world) {
                for command in [["add", "new", "--every", "1d"], ["edit", "db"]] {
                    let outcome = try await world.run(["schedule"] + command + ["--generator", generator])
                    #expect(outcome.status == 0)
                    let expected =
                        warning.isEmpty ? "" : "warning: local/\(command[1]): its plug-in system \(warning)\n"
                    #expect(outcome.errors == expected)
                }
                try await world.expect(0, "schedule", "remove", "new")
                try await world.expect(0, "schedule", "edit", "db", "--generator", "password")
            }
        }
    }

    @Test func plugInThatIsMissingIsAWarning() async throws {
        try await PlugInTests.with { world in
            let generator = "{type: command, command: later}"
            try await Self.onBothWays(world) {
                let outcome = try await world.run("schedule", "add", "new", "--every", "1d", "--generator", generator)
                #expect(
                    outcome.status == 0 && outcome.errors.contains("later could not be asked: "),
                    "\(outcome.errors)"
                )
                try await world.expect(0, "schedule", "remove", "new")
            }
        }
    }

    /// Each distinct plug-in once, with its parameters alone; and only where something about it changes.
    @Test func onlyWhatIsNewIsAskedAndOnce() async throws {
        try await PlugInTests.with { world in
            #expect(try Self.questions(world) == ["parameters,protocol,step"])
            try await world.expect(0, "schedule", "edit", "db", "--owner", "me")
            #expect(try Self.questions(world).count == 1)
            let generator = Self.generator(world, "{exit: 0}")
            let entries = ["a", "b", "c"].map {
                "  - {secret: \($0), every: 1d, generator: \(generator.replacing("\n", with: " "))}\n"
            }
            try world.folder.write("schedules:\n\(entries.joined())", to: "s.yaml")
            let file = world.folder.file("s.yaml")
            try await world.expect(0, "schedule", "apply", "-f", file, "--dry-run")
            try await world.expect(1, "schedule", "diff", "-f", file)
            #expect(try Self.questions(world).count == 1)
            for _ in 0..<2 { try await world.expect(0, "schedule", "apply", "-f", file) }
            #expect(try Self.questions(world).count == 2)
        }
    }
}
