import Foundation
import Glibc
import RotationCore
import SecretMemory

/// Generates values with a plug-in, which also changes the credential behind the secret.
struct CommandGenerator: ValueGenerator {
    let policy: CommandPolicy
    /// The host of plug-ins; nil if none can be run, as in `generate`.
    let host: PlugInHost?
    /// How long a step waits for processes of an earlier daemon before it is deferred.
    private static let fenceTimeout = Duration.seconds(5)

    var steps: Set<GeneratorStep> { policy.steps }

    func check() async throws(GeneratorError) {
        _ = try await ask(PlugInMessage(step: .check, made: nil, context: nil, parameters: policy.arguments))
    }

    func generate(_ context: GeneratorContext) async throws(GeneratorError) -> GeneratedValue {
        let question = PlugInMessage(step: .generate, made: nil, context: context, parameters: policy.arguments)
        guard let made = try await ask(question) else {
            throw .permanent(StepFailure(.generate, .invalidAnswer), explanation: nil)
        }
        return made
    }

    func perform(
        _ step: GeneratorStep,
        _ made: GeneratedValue,
        _ context: GeneratorContext
    ) async throws(GeneratorError) {
        let question = PlugInMessage(
            step: StepFailure.Step(step),
            made: made,
            context: context,
            parameters: policy.arguments
        )
        _ = try await ask(question)
    }

    /// Runs a step, and passes the exchange, masked, to the log.
    ///
    /// - Returns: The value of the step; for `generate` the new one.
    private func ask(_ question: PlugInMessage) async throws(GeneratorError) -> GeneratedValue? {
        let step = question.step
        guard let host else { throw Self.notRun(step, "plug-ins are run only by the daemon") }
        if host.units == nil {
            if let refusal = host.identity.refusal { throw Self.notRun(step, refusal) }
            // Only for the error message; the launcher checks the file again when it opens it.
            do { _ = try PlugInFile(policy.command, in: host.folder) } catch { throw Self.notRun(step, "\(error)") }
        }
        // Try again later: an `install` that still runs would conflict with this step.
        if let fence = host.fence, await !fence.pass(within: Self.fenceTimeout) {
            throw .tryAgain(StepFailure(step, .notStarted))
        }
        let outcome = await run(question.question, host)
        let (made, flaw) = Self.read(outcome, question)
        let error = error(of: outcome, step, made, flaw)
        let filter = LineFilter(made: made)
        let shown = filter.filter(outcome.errors, knowsAll: step != .generate || made != nil)
        host.note(
            PlugInExchange(
                step: step,
                context: question.context,
                question: question.maskedQuestion,
                answer: PlugInMessage.masked(outcome.output, made, reason: error?.failure.reason),
                cause: cause(of: outcome.ending),
                flaw: flaw,
                failure: error?.failure,
                lines: shown.lines,
                withheld: shown.withheld
            )
        )
        if let error { throw error }
        return made
    }

    /// The value of the step, and the flaw of the answer of a plug-in that exited with success.
    private static func read(
        _ outcome: PlugInProcess.Outcome,
        _ question: PlugInMessage
    ) -> (made: GeneratedValue?, flaw: AnswerFlaw?) {
        guard outcome.ending == .exited(Status.done) else { return (question.made, nil) }
        switch question.step {
        case .generate:
            do throws(AnswerFlaw) { return (try PlugInMessage.value(outcome.output), nil) } catch {
                return (nil, error)
            }
        // Any answer: a plug-in need not know this step.
        case .check: return (nil, nil)
        case .install, .test, .finish, .withdraw: return (question.made, PlugInMessage.flaw(outcome.output))
        }
    }

    private func run(_ question: [UInt8], _ host: PlugInHost) async -> PlugInProcess.Outcome {
        if let units = host.units { return await units.run(question, policy) }
        return await PlugInProcess(policy: policy, host: host).run(question)
    }

    private static func notRun(_ step: StepFailure.Step, _ why: String) -> GeneratorError {
        .permanent(StepFailure(step, .notStarted), explanation: why)
    }

    private func cause(of ending: PlugInProcess.Ending) -> StepFailure.Cause {
        switch ending {
        case .exited(PlugInLauncher.refused), .notStarted, .unavailable: .notStarted
        case .disconnected: .disconnected
        case .exited(let status): .exited(status)
        case .killed(let signal): .signaled(signal)
        case .timedOut: .timedOut(after: policy.timeout)
        case .tooMuchOutput: .tooMuchOutput
        }
    }

    /// The error of an outcome; nil if the step succeeded.
    private func error(
        of outcome: PlugInProcess.Outcome,
        _ step: StepFailure.Step,
        _ made: GeneratedValue?,
        _ flaw: AnswerFlaw?
    ) -> GeneratorError? {
        let ending = outcome.ending
        if ending == .exited(Status.done) {
            return flaw.map { _ in .permanent(StepFailure(step, .invalidAnswer), explanation: nil) }
        }
        if ending == .exited(Status.unknownStep), step != .generate { return nil }
        let word = PlugInMessage.reason(outcome.output).flatMap {
            LineFilter(made: made).permits(reason: $0) ? $0 : nil
        }
        let failure = StepFailure(step, cause(of: ending), reason: word)
        return switch ending {
        case .unavailable(let reason): .tryAgain(StepFailure(step, .notStarted, reason: reason))
        // A step can be repeated, so the effect of a step that timed out or was cut off does not matter.
        case .timedOut, .notStarted, .disconnected, .exited(Status.tryAgain): .tryAgain(failure)
        case .exited(Status.unusableValue): .unusableValue(failure)
        // It was killed from outside, with its unit or for lack of memory. The step can be repeated.
        case .killed(SIGHUP), .killed(SIGINT), .killed(SIGKILL), .killed(SIGTERM), .killed(SIGUSR1), .killed(SIGUSR2):
            .tryAgain(failure)
        case .killed, .exited, .tooMuchOutput: .permanent(failure, explanation: nil)
        }
    }
}

/// Exit statuses of the protocol (sysexits.h).
private enum Status {
    static let done: Int32 = 0
    static let unknownStep: Int32 = 64
    static let unusableValue: Int32 = 65
    static let tryAgain: Int32 = 75
}
