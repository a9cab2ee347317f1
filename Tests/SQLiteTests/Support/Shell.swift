import Foundation
import Testing

/// The `sqlite3` shell: a reader of our files that we did not write.
enum Shell {
    /// Runs SQL in the shell and answers what it prints, without the last newline.
    static func query(_ path: String, _ sql: String) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/sqlite3")
        process.arguments = [path, sql]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let data = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
        return String(String(decoding: data, as: UTF8.self).dropLast())
    }
}
