import Foundation
import Subprocess
import SystemPackage
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5)))
struct ReadmeTests {
    /// The code block that follows a comment in the README.
    private static func block(_ name: String) throws -> String {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..")
        let text = try String(contentsOf: root.appending(path: "README.md"), encoding: .utf8)
        let after = try #require(text.components(separatedBy: "<!-- \(name) -->\n```sh\n").dropFirst().first)
        return try #require(after.components(separatedBy: "\n```").first)
    }

    @Test func walkthroughReachesAScheduledRotation() async throws {
        // A port of this run's own, so that two runs do not meet.
        let port = 20_000 + Int(getpid()) % 10_000
        let commands = try Self.block("walkthrough").replacing("8642", with: "\(port)")
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
            #expect(output.contains("  schedule  "))
            #expect(output.contains("problems     none"))
        }
    }
}
