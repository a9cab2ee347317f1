import Foundation
import Subprocess
import SystemPackage
import TestSupport
import Testing

/// Runs what a page tells its reader to type.
enum Session {
    /// An ordinary user without a group of this machine's.
    private static let reader: UInt32 = 61_097

    /// What the sessions of some pages need, and not every machine has.
    private static let extras = ["systemd-socket-activate"]

    /// Whether this machine has what the sessions of a page need.
    static func isPossible(_ page: Page) -> Bool {
        extras.allSatisfy { program in
            access("/usr/bin/\(program)", X_OK) == 0 || !page.sessions.contains { $0.contains(program) }
        }
    }

    /// Whether a line of an output begins with a pattern, in which `…` stands for any text.
    static func shows(_ output: String, _ pattern: String) -> Bool {
        let parts = pattern.components(separatedBy: "…")
        return output.split(separator: "\n").contains { line in
            guard line.hasPrefix(parts[0]) else { return false }
            var rest = line.dropFirst(parts[0].count)
            for part in parts.dropFirst() where !part.isEmpty {
                guard let found = rest.range(of: part) else { return false }
                rest = rest[found.upperBound...]
            }
            return true
        }
    }

    /// Runs all sessions of a page, in order, in a folder of its own.
    ///
    /// Where the tests are root's, an ordinary user runs them: nothing in a session needs more.
    ///
    /// - Returns: Standard output.
    static func run(_ page: Page) async throws -> String {
        // A port of its own, so that two runs do not meet.
        let port = try LoopbackPorts.next()
        let commands = page.sessions.joined(separator: "\n").replacing("8642", with: "\(port)")
        // A daemon that a failed session leaves behind would keep its output open.
        let cleanUp = "trap 'kill $(jobs -p) 2>/dev/null || true' EXIT\n"
        return try await TemporaryFolder.with { folder in
            var arguments = ["/bin/bash", "-euo", "pipefail", "-c", cleanUp + commands]
            if getuid() == 0 {
                try #require(chown(folder.path, reader, reader) == 0)
                // setpriv changes the user: done between fork and exec, it can wait for a lock of another thread for ever.
                arguments =
                    ["/usr/bin/setpriv", "--reuid=\(reader)", "--regid=\(reader)", "--clear-groups"] + arguments
            }
            var options = PlatformOptions()
            // What the commands leave behind, should one fail, ends with their session.
            options.createSession = true
            let result = try await Subprocess.run(
                .path(FilePath(arguments[0])),
                arguments: Arguments(Array(arguments.dropFirst())),
                environment: Program.environment([
                    "PATH": "\(Program.path.removingLastComponent().string):/usr/bin:/bin", "HOME": folder.path,
                ]),
                workingDirectory: FilePath(folder.path),
                platformOptions: options,
                input: .none,
                output: .string(limit: 1_000_000),
                error: .string(limit: 1_000_000)
            ) { _ in }
            kill(-result.processIdentifier.value, SIGKILL)
            #expect(result.terminationStatus.isSuccess, "\(result.standardOutput)\n\(result.standardError)")
            return result.standardOutput
        }
    }
}
