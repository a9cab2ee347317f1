import Foundation
import Subprocess
import SystemPackage

/// A program that we did not write.
enum ExternalProgram {
    /// How a program ended, and what it printed.
    struct Ending: Sendable {
        let status: Int32
        let output: String
    }

    /// Runs a program of the PATH; it prints little.
    ///
    /// By swift-subprocess: Foundation's `Process` reads the table of open files before it starts a child, and has crashed there
    /// while other tests opened and closed files.
    static func run(_ arguments: [String], environment: [String: String] = [:]) async throws -> Ending {
        let more = environment.map { (Environment.Key(stringLiteral: $0.key), Optional($0.value)) }
        let result = try await Subprocess.run(
            .path("/usr/bin/env"),
            arguments: Arguments(arguments),
            environment: .inherit.updating(Dictionary(uniqueKeysWithValues: more)),
            input: .none,
            output: .string(limit: 1024 * 1024),
            error: .combinedWithOutput
        )
        let status: Int32 = if case .exited(let code) = result.terminationStatus { code } else { -1 }
        return Ending(status: status, output: result.standardOutput)
    }

    /// Whether a program runs and ends well.
    static func succeeds(_ arguments: [String]) async -> Bool {
        (try? await run(arguments))?.status == 0
    }

    /// The path of a file of the oracles.
    static func oracle(_ name: String) -> String {
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().appending(
            path: "Oracle/\(name)"
        ).path()
    }
}
