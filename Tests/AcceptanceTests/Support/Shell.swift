import Subprocess
import SystemPackage
import Testing

/// What is done to the world by a shell.
enum Shell {
    /// Runs a script that must succeed.
    static func run(_ script: String, in folder: String = "/") async throws {
        let result = try await Subprocess.run(
            .path("/bin/bash"),
            arguments: ["-euc", script],
            workingDirectory: FilePath(folder),
            input: .none,
            output: .discarded,
            error: .string(limit: 1024 * 1024)
        )
        try #require(result.terminationStatus.isSuccess, "\(script): \(result.standardError)")
    }
}
