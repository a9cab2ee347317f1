import AuditLog
import Foundation
import Glibc
import SecretMemory

/// Has a plug-in make values, and change the credential behind the secret.
struct CommandGenerator: ValueGenerator {
    let policy: CommandPolicy
    /// nil where no plug-ins can be run, as in a command that only tries generators.
    let host: PlugInHost?

    var steps: Set<GeneratorStep> { GeneratorSpecification.command(policy).steps }

    /// Exit statuses of the protocol (sysexits.h).
    private enum Status {
        static let done: Int32 = 0
        static let unknownStep: Int32 = 64
        static let unusableValue: Int32 = 65
        static let tryAgain: Int32 = 75
    }

    func generate(_ context: GeneratorContext) async throws(GeneratorError) -> GeneratedValue {
        let outcome = try await ask("generate", nil, context)
        guard outcome.ending == .exited(Status.done) else { throw Self.error(outcome.ending, "generate") }
        guard let made = PlugInMessage.value(outcome.output) else {
            note(outcome, nil, "generate", context)
            throw .permanent(reason: "generate: its answer is no JSON object with a value that AI Hub takes")
        }
        note(outcome, made, "generate", context)
        return made
    }

    func perform(
        _ step: GeneratorStep,
        _ made: GeneratedValue,
        _ context: GeneratorContext
    ) async throws(GeneratorError) {
        let outcome = try await ask(step.rawValue, made, context)
        note(outcome, made, step.rawValue, context)
        if outcome.ending == .exited(Status.unknownStep) { return }
        guard outcome.ending == .exited(Status.done) else { throw Self.error(outcome.ending, step.rawValue) }
        guard PlugInMessage.isAnswer(outcome.output) else {
            throw .permanent(reason: "\(step.rawValue): its answer is no JSON object")
        }
    }

    private func ask(
        _ step: String,
        _ made: GeneratedValue?,
        _ context: GeneratorContext
    ) async throws(GeneratorError) -> PlugInProcess.Outcome {
        guard let host else { throw .permanent(reason: "plug-ins are run by the daemon alone") }
        // For the reason; what is run is checked again when it is opened to be run.
        do { _ = try PlugInFile(policy.command, in: host.folder) } catch { throw .permanent(reason: "\(error)") }
        let question = PlugInMessage.question(step, made, context, policy.parameters)
        return await PlugInProcess(policy: policy, host: host).run(question)
    }

    private static func error(_ ending: PlugInProcess.Ending, _ step: String) -> GeneratorError {
        switch ending {
        // A step can be repeated: whether one that took too long had its effect does not matter.
        case .timedOut, .exited(Status.tryAgain): .tryAgain
        case .exited(Status.unusableValue): .unusableValue
        case .exited(PlugInLauncher.refused): .permanent(reason: "\(step): the plug-in could not be run")
        // Somebody ended it from outside: with its unit, or for want of memory. Whatever it has done can be done again.
        case .killed(SIGHUP), .killed(SIGINT), .killed(SIGKILL), .killed(SIGTERM), .killed(SIGUSR1), .killed(SIGUSR2):
            .tryAgain
        case .killed(let signal): .permanent(reason: "\(step): it crashed, by signal \(signal)")
        case .exited(let status): .permanent(reason: "\(step): exit status \(status)")
        case .tooMuchOutput: .permanent(reason: "\(step): more than \(PlugInProcess.outputLimit / 1024) KiB of output")
        case .notStarted: .tryAgain
        }
    }

    /// Hands on what the plug-in said on standard error, with the value masked.
    private func note(
        _ outcome: PlugInProcess.Outcome,
        _ made: GeneratedValue?,
        _ step: String,
        _ context: GeneratorContext
    ) {
        guard !outcome.errors.isEmpty else { return }
        var text = String(decoding: outcome.errors, as: UTF8.self)
        if let made {
            let value = made.value.withUTF8 { String(decoding: $0, as: UTF8.self) }
            text = text.replacing(value, with: "[redacted]")
            // The cut may have gone through the value: no part of it that is worth anything stays.
            for length in stride(from: min(value.count, text.count), through: 4, by: -1)
            where text.hasSuffix(value.prefix(length)) {
                text = text.dropLast(length) + "[redacted]"
                break
            }
        }
        host?.note(text, step, context)
    }
}
