import Foundation
import Subprocess
import SystemPackage
import Testing

/// Programs that we did not write, to hold ours against.
enum Oracle {
    /// The verifier in Python that knows nothing of our code.
    static let verifier = URL(filePath: #filePath)
        .appending(path: "../../../TransparencyLogTests/Oracle/verify.py").standardizedFileURL.path()

    /// Asks the `sqlite3` shell.
    static func sqlite(_ database: String, _ sql: String) async throws -> String {
        try await output(of: "/usr/bin/sqlite3", ["-readonly", database, sql])
    }

    /// Runs a Python program.
    static func python(_ program: String, _ arguments: String...) async throws -> String {
        try await python(program, arguments)
    }

    /// Runs a Python program.
    static func python(_ program: String, _ arguments: [String]) async throws -> String {
        try await output(of: "/usr/bin/env", ["python3", "-c", program] + arguments)
    }

    /// All of a database's content as SQL; nil where the shell can't read it.
    static func dump(_ database: String) async throws -> String? {
        let result = try await Subprocess.run(
            .path("/usr/bin/sqlite3"),
            arguments: ["-readonly", database, ".dump"],
            output: .string(limit: 16 * 1024 * 1024),
            error: .discarded
        )
        return result.terminationStatus.isSuccess ? result.standardOutput : nil
    }

    /// Runs a line of the shell that must succeed.
    static func shell(_ line: String) async throws -> String {
        try await output(of: "/bin/bash", ["-c", line])
    }

    private static func output(of program: FilePath, _ arguments: [String]) async throws -> String {
        let result = try await Subprocess.run(
            .path(program),
            arguments: Arguments(arguments),
            output: .string(limit: 16 * 1024 * 1024),
            error: .string(limit: 1024 * 1024)
        )
        try #require(result.terminationStatus.isSuccess, "\(result.standardError)")
        return result.standardOutput.split(separator: "\n").joined(separator: "\n")
    }
}
