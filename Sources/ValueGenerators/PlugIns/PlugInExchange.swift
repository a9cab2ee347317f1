package import RotationCore

/// One question to a plug-in with its result, without value and state, for the log and `plug-in try`.
package struct PlugInExchange: Sendable {
    package var step: StepFailure.Step
    /// The rotation; nil for a `check`, which has none.
    package var context: GeneratorContext?
    /// The question, with value and state replaced by their lengths.
    package var question: JSONValue
    /// The answer, masked in the same way; nil for none.
    package var answer: String?
    /// How the plug-in ended; exit statuses 0 and 64 are no failures.
    package var cause: StepFailure.Cause
    /// Why the answer is invalid; nil if it is valid, or the plug-in did not exit with success.
    package var flaw: AnswerFlaw?
    /// The failure of the step; nil if it succeeded.
    package var failure: StepFailure?
    /// The last lines of its standard error that may be shown.
    package var lines: [String]
    /// The number of withheld lines.
    package var withheld: Int
}

extension PlugInExchange {
    /// The replacement of a text: its length.
    static func masked(_ characters: Int) -> JSONValue {
        .string("[\(characters) character\(characters == 1 ? "" : "s")]")
    }
}
