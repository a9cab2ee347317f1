import Foundation
import Subprocess

/// The machine's C compiler.
enum CCompiler {
    /// Compiles a source and answers the path of what was made.
    static func compile(_ source: String, to path: String, options: [String]) async throws -> String {
        let file = path + ".c"
        try Data(source.utf8).write(to: URL(filePath: file))
        try await ShellCommand.run(
            .name("cc"),
            ["-O2", "-Wall", "-Werror", "-o", path, file] + options,
            hint: "A part of this benchmark is compiled by cc: apt-get install gcc libc6-dev libsqlite3-dev"
        )
        return path
    }
}
