import Foundation
import RotationCore
import SecretMemory
import Subprocess
import SystemPackage

/// Runs a plug-in once, with limits of time and output.
struct PlugInProcess {
    /// How it ended.
    enum Ending: Equatable {
        case exited(Int32)
        /// Killed by a signal that we did not send.
        case killed(Int32)
        case timedOut
        case tooMuchOutput
        case notStarted
        /// The plug-in's unit can't be asked now, for this reason.
        case unavailable(String)
        /// The connection to the plug-in's unit ended before the plug-in did.
        case disconnected
    }

    /// The result of a run.
    struct Outcome {
        var ending: Ending
        var output: [UInt8]
        var errors: StandardErrors
    }

    /// The largest answer in bytes.
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
        // Its own session, and so its own process group: it receives no signals of a terminal.
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
                // Do not wait for a plug-in that does not read its input.
                write: { _ = try? await execution.standardInputWriter.write(input) },
                closeInput: { try? await execution.standardInputWriter.finish() },
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

    /// Reads to the end; nil if the limit is exceeded.
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

    /// Reads to the end and keeps the last part, where programs usually print their error.
    private static func read(_ sequence: SubprocessOutputSequence) async -> StandardErrors {
        var errors = StandardErrors()
        do {
            for try await buffer in sequence { buffer.withUnsafeBytes { errors.append($0) } }
        } catch { return errors }
        return errors
    }
}
