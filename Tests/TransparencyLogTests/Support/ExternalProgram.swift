import Foundation

/// A program that we did not write.
enum ExternalProgram {
    /// How a program ended, and what it printed.
    struct Ending: Sendable {
        let status: Int32
        let output: String
    }

    /// Runs a program of the PATH; it prints little.
    static func run(_ arguments: [String], environment: [String: String] = [:]) throws -> Ending {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let data = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return Ending(status: process.terminationStatus, output: String(decoding: data, as: UTF8.self))
    }

    /// Whether a program runs and ends well.
    static func succeeds(_ arguments: [String]) -> Bool {
        (try? run(arguments))?.status == 0
    }

    /// The path of a file of the oracles.
    static func oracle(_ name: String) -> String {
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().appending(
            path: "Oracle/\(name)"
        ).path()
    }
}
