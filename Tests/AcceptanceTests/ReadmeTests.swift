import Foundation
import Subprocess
import SystemPackage
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5)))
struct ReadmeTests {
    /// The code blocks of the README that follow a comment, in order.
    private static func blocks(_ name: String) throws -> [String] {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..")
        let text = try String(contentsOf: root.appending(path: "README.md"), encoding: .utf8)
        return text.components(separatedBy: "<!-- \(name) -->\n```sh\n").dropFirst().compactMap {
            $0.components(separatedBy: "\n```").first
        }
    }

    /// Somebody who has only the README reaches a scheduled rotation, and each command of it does what it says.
    @Test func sessionOfTheReadmeReachesAScheduledRotation() async throws {
        let blocks = try Self.blocks("session")
        #expect(blocks.count == 7)
        // A port of this run's own, so that two runs do not meet.
        let port = 20_000 + Int(getpid()) % 10_000
        let commands = blocks.joined(separator: "\n").replacing("8642", with: "\(port)")
        try await TemporaryFolder.with { folder in
            var options = PlatformOptions()
            // What the commands leave behind, should one fail, ends with their session.
            options.createSession = true
            let bin = Program.path.removingLastComponent().string
            let result = try await Subprocess.run(
                .path("/bin/bash"),
                arguments: ["-euo", "pipefail", "-c", commands],
                environment: Program.environment(["PATH": "\(bin):/usr/bin:/bin"]),
                workingDirectory: FilePath(folder.path),
                platformOptions: options,
                input: .none,
                output: .string(limit: 1_000_000),
                error: .string(limit: 1_000_000)
            ) { _ in }
            kill(-result.processIdentifier.value, SIGKILL)
            #expect(result.terminationStatus.isSuccess, "\(result.standardError)")
            let output = result.standardOutput
            #expect(output.contains("db_password: succeeded after 1 attempt"))
            for text in [
                "  schedule  ", "problems     none", "local/db_password: paused", "local/db_password: resumed",
                "every: 5s → 30d", "added    local/api_token", "local/api_token: created", "local/api_token: updated",
                "token accepted, 2 secrets listed", "leaked in a log", "\"daemon\":\"ready\"",
            ] {
                #expect(output.contains(text), "\(text)")
            }
        }
    }
}
