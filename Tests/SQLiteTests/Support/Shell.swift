import Foundation
import Testing

/// The `sqlite3` shell: a reader of our files that we did not write.
enum Shell {
    /// Runs SQL in the shell, or lines with commands of its own, and answers what it prints, without the last newline.
    static func query(_ path: String, _ sql: String) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/sqlite3")
        process.arguments = ["-batch", "-bail", path]
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        try input.fileHandleForWriting.write(contentsOf: Data("\(sql)\n;\n".utf8))
        try input.fileHandleForWriting.close()
        let data = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
        return String(String(decoding: data, as: UTF8.self).dropLast())
    }
}
