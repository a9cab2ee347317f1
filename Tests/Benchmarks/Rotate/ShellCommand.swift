import ArgumentParser
import Subprocess

/// Another program, run to its end.
enum ShellCommand {
    /// Runs a program and answers what it printed.
    ///
    /// - Parameter hint: What to do where it can't be run or fails.
    /// - Throws: `ValidationError` with the program's own words, and the hint.
    @discardableResult
    static func run(
        _ program: Executable,
        _ arguments: [String],
        environment: Environment = .inherit,
        hint: String = ""
    ) async throws -> String {
        let reason: String
        do {
            let result = try await Subprocess.run(
                program,
                arguments: Arguments(arguments),
                environment: environment,
                output: .string(limit: 1 << 24),
                error: .string(limit: 65_536)
            )
            if result.terminationStatus.isSuccess { return result.standardOutput }
            reason = "\(result.standardError)\(result.terminationStatus)"
        } catch let error as SubprocessError {
            reason = "\(error)"
        }
        throw ValidationError("\(program.description): \(reason)" + (hint.isEmpty ? "" : "\n\(hint)"))
    }
}
