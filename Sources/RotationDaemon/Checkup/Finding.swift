/// One thing that `check` has looked at.
package struct Finding: Hashable, Sendable {
    /// How it is.
    package enum Result: String, Sendable {
        case good = "ok"
        /// It works, but somebody should look at it.
        case warning
        /// It does not work, or must not stay as it is.
        case problem
    }

    /// What was looked at.
    package var subject: String
    package var result: Result
    /// What was found.
    package var text: String
    /// What to do about it; nil where there is nothing to do.
    package var advice: String?

    package static func good(_ subject: String, _ text: String) -> Finding {
        Finding(subject: subject, result: .good, text: text)
    }

    package static func warning(_ subject: String, _ text: String, advice: String? = nil) -> Finding {
        Finding(subject: subject, result: .warning, text: text, advice: advice)
    }

    package static func problem(_ subject: String, _ text: String, advice: String? = nil) -> Finding {
        Finding(subject: subject, result: .problem, text: text, advice: advice)
    }
}
