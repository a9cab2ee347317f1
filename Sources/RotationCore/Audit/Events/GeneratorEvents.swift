import Scheduling

extension Audit {
    /// The generator begins a step, has succeeded, or has failed permanently; a step that is retried is
    /// `rotation.deferred`.
    struct GeneratorStepped: AuditEvent {
        static let name = AuditEventName.generatorStep
        static let scope = AuditScope.rotation

        /// The outcome of a step.
        enum Outcome: String, AuditWord {
            case begun, done, failed
        }

        /// The step.
        var step: GeneratorStep
        /// The outcome.
        var outcome: Outcome
        /// How it has failed.
        var failedStep: FailedStep?
    }

    /// How a generator's step has failed: classes, numbers and one word, never a plug-in's text.
    package struct FailedStep: Codable, Hashable, Sendable {
        /// How a step ended.
        package enum Cause: String, AuditWord {
            /// The plug-in has exited with a status that says so.
            case exited
            /// The plug-in exceeded its time-out.
            case timedOut = "timed_out"
            /// A signal that the daemon did not send has ended the plug-in.
            case signaled
            /// No plug-in was run.
            case notStarted = "not_started"
            /// The connection to the plug-in's unit ended before the plug-in did; its step may have had an effect.
            case disconnected
            /// The plug-in exceeded the limit of output.
            case tooMuchOutput = "too_much_output"
            /// The plug-in exited with success, but its answer is invalid.
            case invalidAnswer = "invalid_answer"
            /// A built-in generator failed.
            case unable
        }

        /// The step.
        package var step: StepFailure.Step
        /// How it ended.
        package var cause: Cause
        /// The plug-in's exit status, where it has exited.
        package var exitStatus: Int32?
        /// The signal that has ended the plug-in.
        package var signal: Int32?
        /// The time-out in milliseconds, if the plug-in exceeded it.
        package var timeoutMs: Int64?
        /// The plug-in's reason, a word of at most 40 characters `a` to `z` and `_`.
        package var reason: String?

        package init(_ failure: StepFailure) {
            (step, reason) = (failure.step, failure.reason)
            switch failure.cause {
            case .exited(let status): (cause, exitStatus) = (.exited, status)
            case .timedOut(let limit): (cause, timeoutMs) = (.timedOut, limit.milliseconds)
            case .signaled(let number): (cause, signal) = (.signaled, number)
            case .notStarted: cause = .notStarted
            case .disconnected: cause = .disconnected
            case .tooMuchOutput: cause = .tooMuchOutput
            case .invalidAnswer: cause = .invalidAnswer
            case .unable: cause = .unable
            }
        }
    }

    /// The class of a failure in a rotation: a hub's answer, or a failure of the rotation itself.
    struct FailureClass: AuditWord {
        let rawValue: String

        init(rawValue: String) { self.rawValue = rawValue }

        init(_ failure: Failure) { rawValue = failure.kind }

        init(_ error: HubError) { rawValue = error.kind.rawValue }

        /// The daemon crashed before an attempt's end.
        static let unknown = FailureClass(rawValue: "unknown")

        static let allCases =
            HubError.Kind.allCases.map { FailureClass(rawValue: $0.rawValue) }
            + [
                Failure.generator, .unusableValue, .repeatedValue, .unknownUpdate, .candidateLost, .withdrawal,
                .policyChanged,
            ].map { FailureClass($0) } + [unknown]
    }
}
