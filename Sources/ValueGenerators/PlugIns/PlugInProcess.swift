import Foundation
import RotationCore
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
        do {
            let folder = try StepFolder.make(host.folderPrefix, for: host.identity)
            defer { StepFolder.remove(folder) }
            return try await run(input, in: folder)
        } catch {
            return Outcome(ending: .notStarted, output: [], errors: StandardErrors("\(error)"))
        }
    }

    private func run(_ input: [UInt8], in folder: String) async throws -> Outcome {
        var options = PlatformOptions()
        // A session, and so a process group, of its own: no signal of a terminal reaches it.
        options.createSession = true
        let result = try await Subprocess.run(
            .path(FilePath(host.launcher.first ?? "")),
            arguments: Arguments(Array(host.command(policy.command).dropFirst())),
            environment: .custom(environment(folder)),
            workingDirectory: FilePath(folder),
            platformOptions: options,
            input: .inputWriter,
            output: .sequence,
            error: .sequence
        ) { execution in
            let talk = Conversation(
                // Whoever does not read its input is not waited for.
                write: { _ = try? await execution.standardInputWriter.write(input) },
                letGo: { try? await execution.standardInputWriter.finish() },
                output: { await Self.read(execution.standardOutput, limit: Self.outputLimit) },
                errors: { await Self.read(execution.standardError) },
                kill: { [pid = execution.processIdentifier.value] in kill(-pid, SIGKILL) }
            )
            return await talk.run(timeout: policy.timeout)
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
