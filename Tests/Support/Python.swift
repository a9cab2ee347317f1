import Foundation

/// Python's standard library, which we did not write.
package enum Python {
    /// Runs a program once over many lines and answers the lines that it prints.
    package static func run(_ program: String, lines: [String]) throws -> [String] {
        let input = FileManager.default.temporaryDirectory.appending(path: "sr-\(UUID().uuidString)")
        try Data(lines.joined(separator: "\n").utf8).write(to: input)
        defer { try? FileManager.default.removeItem(at: input) }
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", "-c", program]
        process.standardInput = try FileHandle(forReadingFrom: input)
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let data = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw NeverHappened(description: "python3 ended well") }
        return String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init)
    }
}
