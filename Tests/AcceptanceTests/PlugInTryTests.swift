import Foundation
import SandboxHub
import TestSupport
import Testing

/// `plug-in try`: each step as it is asked, without value and state, and what the daemon would do.
@Suite(.timeLimit(.minutes(5)), .enabled(if: World.plugInObstacle == nil, "\(World.plugInObstacle ?? "")"))
struct PlugInTryTests {
    private static func run(_ world: World, fault: String = "{}", _ options: String...) async throws -> Program.Outcome
    {
        let parameters = """
            {system: \(world.folder.file("state/system")), log: \(world.folder.file("state/log")), fault: \(fault)}
            """
        return try await world.run(["plug-in", "try", "system", "--parameters", parameters] + options)
    }

    private static func told(_ outcome: Program.Outcome) -> [String] {
        outcome.objects.map { "\($0["step"] ?? "") \($0["outcome"] ?? "")" }
    }

    @Test func onlyAsksUnlessToldTo() async throws {
        try await PlugInTests.with { world in
            let outcome = try await Self.run(world)
            #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
            #expect(
                outcome.output.contains("generate → {\"state\":\"[13 characters]\",\"value\":\"[34 characters]\"}"),
                "\(outcome.output)"
            )
            #expect(outcome.output.contains("generate exited with 0: done; then install"))
            #expect(try PlugInTests.steps(world) == ["generate"])
            #expect(!outcome.output.contains("v-"))
        }
    }

    @Test(arguments: [
        ("--all", ["check nothing_to_do", "generate done", "install done", "test done", "finish done"], false),
        ("--withdraw", ["check nothing_to_do", "generate done", "install done", "test done", "withdraw done"], true),
    ])
    func runsAllSteps(option: String, told: [String], isBack: Bool) async throws {
        try await PlugInTests.with { world in
            let outcome = try await Self.run(world, option, "--json")
            #expect(outcome.status == 0)
            #expect(Self.told(outcome) == told)
            #expect(outcome.errors.contains("no hub receives the new value"))
            #expect(outcome.objects.last?["question"] is [String: Any])
            let now = try world.folder.read("state/system")
            #expect((now == "old") == isBack)
            #expect(!outcome.output.contains(now == "old" ? "v-" : now))
            #expect(try Self.told(await Self.run(world, option, "--json", "--twice")) == told.flatMap { [$0, $0] })
            #expect(
                try Self.told(await Self.run(world, option, "--json", "--stop-after", "install")).last == "install done"
            )
        }
    }

    @Test(arguments: [
        ("{check: {exit: 2, reason: own_login}}", ["check failed"], "the schedule is refused"),
        ("{generate: {exit: 75}}", ["check nothing_to_do", "generate try_again"], "the step is repeated"),
        (
            "{test: {exit: 3, reason: no_login, say: 'ERROR 42'}}",
            ["check nothing_to_do", "generate done", "install done", "test failed", "withdraw done"],
            "test exited with 3 (no_login): the rotation fails, after withdraw"
        ),
        (
            "{install: 65}", ["check nothing_to_do", "generate done", "install unusable_value", "withdraw done"],
            "at most three"
        ),
        (
            "{generate: garbage}", ["check nothing_to_do", "generate failed"],
            "generate exited with 0, but gave no valid answer (not exactly one JSON object): the rotation fails"
        ),
        (
            "{test: garbage}",
            ["check nothing_to_do", "generate done", "install done", "test failed", "withdraw done"],
            "test exited with 0, but gave no valid answer (not exactly one JSON object): the rotation fails"
        ),
    ])
    func failureEndsItAndIsPutBack(fault: String, told: [String], text: String) async throws {
        try await PlugInTests.with { world in
            let outcome = try await Self.run(world, fault: fault, "--all", "--json")
            #expect(outcome.status == 1)
            #expect(Self.told(outcome) == told)
            let plain = try await Self.run(world, fault: fault, "--all")
            #expect(plain.output.contains(text), "\(plain.output)")
            #expect(plain.output.contains("  | ERROR 42\n") == fault.contains("ERROR"))
            #expect(plain.output.contains("1 line withheld") == fault.contains("install: 65"))
            #expect(try world.folder.read("state/system") == "old")
        }
    }

    @Test func flawOfAnAnswerIsInTheText() async throws {
        try await PlugInTests.with { world in
            let outcome = try await Self.run(world, fault: "{generate: garbage}", "--json")
            let text = "no valid answer (not exactly one JSON object): the rotation fails, and the next one starts"
            #expect((outcome.objects.last?["text"] as? String)?.hasPrefix(text) == true, "\(outcome.output)")
        }
    }

    /// A plug-in that can't be asked is no reason to refuse a schedule.
    @Test func checkThatDoesNotStartIsAWarning() async throws {
        try await PlugInTests.with { world in
            try world.folder.write("#!/nowhere/python3\n", to: "generators/system")
            chmod(world.folder.file("generators/system"), 0o755)
            let text = "check could not be started (not_executable): the schedule is saved with a warning"
            #expect(try await Self.run(world).output.contains(text))
            let added = try await world.run([
                "schedule", "add", "other", "--every", "1d", "--generator", "{type: command, command: system}",
            ])
            #expect(added.status == 0 && added.errors.contains("could not be asked"), "\(added.errors)")
        }
    }

    @Test func plugInThatCannotBeRunIsNot() async throws {
        try await PlugInTests.with { world in
            try await world.expect(66, "plug-in", "try", "nothing")
            chmod(world.folder.file("generators/system"), 0o777)
            #expect(try await Self.run(world).status == 77)
            try await world.expect(64, "plug-in", "try", "system", "--parameters", "{a: \(world.folder.file("token"))}")
            try await world.expect(64, "plug-in", "try", "system", "--stop-after", "test")
        }
    }
}
