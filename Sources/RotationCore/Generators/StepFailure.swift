/// The failure of a generator's step: a class, a number and a word, never a text.
package struct StepFailure: Hashable, Sendable {
    /// A step of a generator.
    package enum Step: String, Hashable, Sendable, CaseIterable {
        /// Validates the parameters.
        case check
        /// Generates a value.
        case generate
        /// See ``GeneratorStep``.
        case install, test, finish, withdraw

        package init(_ step: GeneratorStep) {
            self =
                switch step {
                case .install: .install
                case .test: .test
                case .finish: .finish
                case .withdraw: .withdraw
                }
        }
    }

    /// How the step ended.
    package enum Cause: Hashable, Sendable {
        /// The plug-in's exit status.
        case exited(Int32)
        /// The step exceeded its time-out.
        case timedOut(after: Duration)
        /// A signal that the daemon did not send.
        case signaled(Int32)
        /// No plug-in was run.
        case notStarted
        /// The connection to the plug-in's unit ended before the plug-in did.
        case disconnected
        case tooMuchOutput
        /// The plug-in exited with success, but its answer is invalid.
        case invalidAnswer
        /// A built-in generator failed; the log says why.
        case unable
    }

    package var step: Step
    package var cause: Cause
    /// The plug-in's reason, or that of its launcher or connection, as a word.
    package let reason: String?

    /// - Parameter reason: A word that ``isReason(_:)`` accepts; any other text is dropped.
    package init(_ step: Step, _ cause: Cause, reason: String? = nil) {
        self.step = step
        self.cause = cause
        self.reason = reason.flatMap { Self.isReason($0) ? $0 : nil }
    }

    /// Whether a text is a word of `[a-z_]{1,40}`.
    package static func isReason(_ text: String) -> Bool {
        (1...40).contains(text.utf8.count)
            && text.utf8.allSatisfy { UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 || $0 == UInt8(ascii: "_") }
    }

    /// The failure as a text, for people: `install exited with 3 (no_such_role)`.
    package var text: String {
        let what =
            switch cause {
            case .exited(let status): "exited with \(status)"
            case .timedOut(let limit): "timed out after \(SecondsText.format(limit))"
            case .signaled(let signal): "was ended by signal \(signal)"
            case .notStarted: "could not be started"
            case .disconnected: "lost its connection"
            case .tooMuchOutput: "wrote too much"
            case .invalidAnswer: "gave no valid answer"
            case .unable: "failed"
            }
        return "\(step.rawValue) \(what)" + (reason.map { " (\($0))" } ?? "")
    }
}

extension StepFailure.Cause {
    /// The cause's name in the database and the history.
    package var name: String {
        switch self {
        case .exited: "exited"
        case .timedOut: "timed_out"
        case .signaled: "signaled"
        case .notStarted: "not_started"
        case .disconnected: "disconnected"
        case .tooMuchOutput: "too_much_output"
        case .invalidAnswer: "invalid_answer"
        case .unable: "unable"
        }
    }

    /// The number that belongs to the name: exit status, signal, or time-out in milliseconds.
    package var number: Int64? {
        switch self {
        case .exited(let status): Int64(status)
        case .timedOut(let limit):
            limit.components.seconds * 1000 + limit.components.attoseconds / 1_000_000_000_000_000
        case .signaled(let signal): Int64(signal)
        case .notStarted, .disconnected, .tooMuchOutput, .invalidAnswer, .unable: nil
        }
    }

    /// Decodes ``name`` and ``number``; nil if they do not fit together.
    package init?(name: String, number: Int64?) {
        switch (name, number) {
        case ("exited", .some(let status)):
            guard let status = Int32(exactly: status) else { return nil }
            self = .exited(status)
        case ("timed_out", .some(let limit)): self = .timedOut(after: .milliseconds(limit))
        case ("signaled", .some(let signal)):
            guard let signal = Int32(exactly: signal) else { return nil }
            self = .signaled(signal)
        case ("not_started", nil): self = .notStarted
        case ("disconnected", nil): self = .disconnected
        case ("too_much_output", nil): self = .tooMuchOutput
        case ("invalid_answer", nil): self = .invalidAnswer
        case ("unable", nil): self = .unable
        default: return nil
        }
    }
}
