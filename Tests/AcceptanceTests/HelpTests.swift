import Foundation
import Subprocess
import SystemPackage
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5)))
struct HelpTests {
    /// A command as `--experimental-dump-help` has it.
    private struct Dump: Decodable {
        struct Command: Decodable {
            var commandName: String
            var subcommands: [Command]?

            /// The paths of this command and all below it.
            func paths(_ parents: [String]) -> [(path: [String], isLeaf: Bool)] {
                let below = (subcommands ?? []).filter { $0.commandName != "help" }
                return [(parents, below.isEmpty)] + below.flatMap { $0.paths(parents + [$0.commandName]) }
            }
        }

        var command: Command
    }

    private static func commands() async throws -> [(path: [String], isLeaf: Bool)] {
        let text = try await Program.run(["--experimental-dump-help"]).output
        return try JSONDecoder().decode(Dump.self, from: Data(text.utf8)).command.paths([])
    }

    private static func help(_ path: [String]) async throws -> Program.Outcome {
        try await Program.run(path + ["--help"], environment: ["COLUMNS": "100"])
    }

    @Test func helpOfEachCommandIsAsItWasRead() async throws {
        var text = ""
        for (path, _) in try await Self.commands() {
            let outcome = try await Self.help(path)
            #expect(outcome.status == 0)
            text += "$ secret-rotator \((path + ["--help"]).joined(separator: " "))\n\(outcome.output)\n"
        }
        try Snapshot.expect(text, is: "help.txt")
    }

    @Test func eachCommandThatDoesSomethingHasAnExample() async throws {
        let leaves = try await Self.commands().filter(\.isLeaf)
        #expect(leaves.count >= 28)
        for (path, _) in leaves {
            let example = #/Examples?:\s+secret-rotator /#
            let output = try await Self.help(path).output
            #expect(output.contains(example), "\(path.joined(separator: " "))")
        }
    }

    @Test(arguments: ["bash", "zsh", "fish"])
    func completionScriptNamesTheCommands(shell: String) async throws {
        let outcome = try await Program.run(["--generate-completion-script", shell])
        #expect(outcome.status == 0)
        for word in ["rotate-now", "schedule", "apply", "dry-run"] { #expect(outcome.output.contains(word)) }
    }

    /// What bash offers for a secret: it asks the program, which reads the history.
    @Test func completionOffersTheSecretsThatHaveSchedules() async throws {
        try await World.with { world in
            try await world.schedule("first_one", "second_one", every: "30d")
            let script = """
                set -e
                bin=$(dirname "$1")
                PATH=$bin:$PATH
                eval "$(secret-rotator --generate-completion-script bash)"
                COMP_WORDS=(secret-rotator rotate-now ''); COMP_CWORD=2; COMP_LINE='secret-rotator rotate-now '
                COMP_POINT=${#COMP_LINE}; COMP_TYPE=9; COMP_KEY=9
                _secret-rotator secret-rotator '' rotate-now 2>/dev/null || true
                printf '%s\\n' "${COMPREPLY[@]}"
                """
            let result = try await Subprocess.run(
                .path("/bin/bash"),
                arguments: ["-c", script, "bash", Program.path.string],
                environment: Program.environment(["SECRET_ROTATOR_CONFIG": world.folder.file("config.yaml")]),
                output: .string(limit: 1_000_000),
                error: .string(limit: 1_000_000)
            )
            let offered = result.standardOutput.split(separator: "\n").map(String.init)
            #expect(offered.contains("first_one") && offered.contains("second_one"), "\(result.standardError)")
        }
    }
}
