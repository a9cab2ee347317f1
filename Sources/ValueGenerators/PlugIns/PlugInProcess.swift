import Foundation
import SecretMemory
import Subprocess
import SystemPackage

/// Runs a plug-in once, limited in time and output.
struct PlugInProcess {
    /// How it ended.
    enum Ending: Equatable {
        case exited(Int32)
        /// By a signal that was not ours.
        case killed(Int32)
        case timedOut
        case tooMuchOutput
        case notStarted
    }

    /// What came of it.
    struct Outcome {
        var ending: Ending
        var output: [UInt8]
        var errors: StandardErrors
    }

    /// The most bytes of an answer.
    static let outputLimit = 256 * 1024

    let policy: CommandPolicy
    let host: PlugInHost

    func run(_ input: [UInt8]) async -> Outcome {
        let folder = (NSTemporaryDirectory() as NSString).appendingPathComponent("secret-rotator-\(UUID().uuidString)")
        do {
            try FileManager.default.createDirectory(
                atPath: folder,
                withIntermediateDirectories: false,
                attributes: [.posixPermissions: 0o700]
            )
            defer { try? FileManager.default.removeItem(atPath: folder) }
            return try await run(input, in: folder)
        } catch {
            return Outcome(ending: .notStarted, output: [], errors: StandardErrors("\(error)"))
        }
    }

    private func run(_ input: [UInt8], in folder: String) async throws -> Outcome {
        var options = PlatformOptions()
        // A session, and so a process group, of its own: all of it can be killed, and none has a terminal.
        options.createSession = true
        let result = try await Subprocess.run(
            .path(FilePath(host.launcher.first ?? "")),
            arguments: Arguments(
                host.launcher.dropFirst() + [host.folder, policy.command] + host.protected
            ),
            environment: .custom(environment(folder)),
            workingDirectory: FilePath(folder),
            platformOptions: options,
            input: .inputWriter,
            output: .sequence,
            error: .sequence
        ) { execution in
            await Self.converse(
                execution.processIdentifier.value,
                input,
                timeout: policy.timeout,
                write: { bytes in
                    // Whoever does not read its input is not waited for.
                    _ = try? await execution.standardInputWriter.write(bytes)
                    try? await execution.standardInputWriter.finish()
                },
                output: { await Self.read(execution.standardOutput, limit: Self.outputLimit) },
                errors: { await Self.read(execution.standardError) }
            )
        }
        var outcome = result.closureResult
        if outcome.ending == .exited(0) { outcome.ending = Self.ending(result.terminationStatus) }
        return outcome
    }

    private static func ending(_ status: TerminationStatus) -> Ending {
        switch status {
        case .exited(let code): .exited(code)
        case .signaled(let signal): .killed(signal)
        }
    }

    private func environment(_ folder: String) -> [Environment.Key: String] {
        let own = ProcessInfo.processInfo.environment
        var variables: [Environment.Key: String] = [
            "PATH": "/usr/bin:/bin", "TMPDIR": folder, "GENERATORS_DIRECTORY": host.folder,
        ]
        for name in policy.environment { variables[Environment.Key(stringLiteral: name)] = own[name] }
        return variables
    }

    // MARK: Talking

    private enum Part: Sendable {
        case written
        case output([UInt8]?)
        case errors(StandardErrors)
        case timeout
    }

    /// Writes, reads and watches the clock at the same time; whoever breaks a limit is killed with all its children.
    private static func converse(
        _ pid: Int32,
        _ input: [UInt8],
        timeout: Duration,
        write: @escaping @Sendable ([UInt8]) async -> Void,
        output: @escaping @Sendable () async -> [UInt8]?,
        errors: @escaping @Sendable () async -> StandardErrors
    ) async -> Outcome {
        await withTaskGroup(of: Part.self) { group in
            group.addTask {
                await write(input)
                return .written
            }
            group.addTask { .output(await output()) }
            group.addTask { .errors(await errors()) }
            group.addTask {
                try? await Task.sleep(for: timeout)
                return .timeout
            }
            var outcome = Outcome(ending: .exited(0), output: [], errors: StandardErrors())
            var left = 3
            while left > 0, let part = await group.next() {
                switch part {
                case .written: left -= 1
                case .output(let bytes):
                    left -= 1
                    outcome.output = bytes ?? []
                    if bytes == nil {
                        outcome.ending = .tooMuchOutput
                        kill(-pid, SIGKILL)
                    }
                case .errors(let bytes):
                    left -= 1
                    outcome.errors = bytes
                case .timeout:
                    outcome.ending = .timedOut
                    kill(-pid, SIGKILL)
                }
            }
            group.cancelAll()
            return outcome
        }
    }

    /// Reads to the end; nil beyond the limit.
    private static func read(_ sequence: SubprocessOutputSequence, limit: Int) async -> [UInt8]? {
        var bytes: [UInt8] = []
        do {
            for try await buffer in sequence {
                buffer.withUnsafeBytes { bytes += $0 }
                if bytes.count > limit { return nil }
            }
        } catch { return bytes }
        return bytes
    }

    /// Reads to the end, and keeps the last of it: there a program says what it failed for.
    private static func read(_ sequence: SubprocessOutputSequence) async -> StandardErrors {
        var errors = StandardErrors()
        do {
            for try await buffer in sequence { buffer.withUnsafeBytes { errors.append($0) } }
        } catch { return errors }
        return errors
    }
}
