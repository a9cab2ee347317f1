/// The result of one check.
package struct Finding: Hashable, Sendable {
    /// The result's level.
    package enum Result: String, Sendable {
        case good = "ok"
        /// It works, but a person should look at it.
        case warning
        /// It does not work, or must be changed.
        case problem
    }

    /// The thing that was checked.
    package var subject: String
    package var result: Result
    /// The description of the result.
    package var text: String
    /// What to do about it; nil if there is nothing to do.
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
