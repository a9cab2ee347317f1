package import SecretMemory

/// Why the answer of a plug-in that exited with success is invalid.
package enum AnswerFlaw: Error, Equatable, Sendable, CustomStringConvertible {
    /// Standard output has no object, more than one, other text beside it, or a number that can't be kept.
    case notOneObject
    /// `value` is absent, or no text.
    case noValue
    /// `value` is empty, or too long.
    case badValue(SecretValue.Invalid)
    /// `state` is present, and no object.
    case badState
    /// The kernel has no memory for value or state.
    case noMemory

    package var description: String {
        switch self {
        case .notOneObject: "not exactly one JSON object"
        case .noValue: "no text as value"
        case .badValue(let why): "\(why)"
        case .badState: "state is no object"
        case .noMemory: "no memory for it"
        }
    }
}
