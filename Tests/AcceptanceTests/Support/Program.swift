import Foundation
import Subprocess
import SystemPackage

/// The real executable, as it was built beside the tests.
enum Program {
    /// What one run left.
    struct Outcome: Sendable {
        var status: Int32
        var output: String
        var errors: String

        /// Standard output as JSON Lines.
        var objects: [[String: Any]] {
            output.split(separator: "\n").compactMap { line in
                (try? JSONSerialization.jsonObject(with: Data(line.utf8))) as? [String: Any]
            }
        }
    }

    /// The executable's path.
    static var path: FilePath {
        let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return FilePath(URL(filePath: own).deletingLastPathComponent().appending(path: "secret-rotator").path())
    }

    /// Runs it to its end.
    ///
    /// - Parameters:
    ///   - input: Its standard input.
    ///   - user: Whose process it is to be; this one's user if not given.
    static func run(
        _ arguments: [String],
        environment: [String: String] = [:],
        input: String = "",
        user: UInt32? = nil
    ) async throws -> Outcome {
        // A file, not a pipe: a program that does not read its input would break that one.
        let file = try file(holding: input)
        defer { try? file.close() }
        let result = try await Subprocess.run(
            .path(path),
            arguments: Arguments(arguments),
            environment: self.environment(environment),
            platformOptions: options(user),
            input: .fileDescriptor(file, closeAfterSpawningProcess: false),
            output: .string(limit: 16 * 1024 * 1024),
            error: .string(limit: 16 * 1024 * 1024)
        )
        // What any test sees of `--json` is as the documentation says.
        OutputPage.check(arguments, result.standardOutput)
        return Outcome(
            status: status(result.terminationStatus),
            output: result.standardOutput,
            errors: result.standardError
        )
    }

    /// The group of who may read the copy of the history, as those who install the program make one.
    static let auditors: UInt32 = 61_099

    /// A process of a user, with a group of the same number; of this process's user for nil.
    ///
    /// - Parameter groups: More groups of the user.
    static func options(_ user: UInt32?, groups: [UInt32] = [auditors]) -> PlatformOptions {
        var options = PlatformOptions()
        options.userID = user
        options.groupID = user
        if user != nil { options.supplementaryGroups = groups }
        return options
    }

    /// A file without a name, open for reading.
    private static func file(holding text: String) throws -> FileDescriptor {
        let path = "\(NSTemporaryDirectory())/input-\(UUID().uuidString)"
        let file = try FileDescriptor.open(
            FilePath(path),
            .readWrite,
            options: [.create, .exclusiveCreate],
            permissions: .ownerReadWrite
        )
        unlink(path)
        try file.writeAll(text.utf8)
        try file.seek(offset: 0, from: .start)
        return file
    }

    /// What each process gets of the environment.
    static func environment(_ more: [String: String]) -> Environment {
        let base = ["PATH": "/usr/bin:/bin", "SWIFT_BACKTRACE": "enable=no"].merging(more) { $1 }
        return .custom(
            Dictionary(uniqueKeysWithValues: base.map { (Environment.Key(stringLiteral: $0.key), $0.value) })
        )
    }

    /// The exit status; a signal's number, negative, for a process that one has ended.
    static func status(_ status: TerminationStatus) -> Int32 {
        switch status {
        case .exited(let code): code
        case .signaled(let signal): -signal
        }
    }
}
