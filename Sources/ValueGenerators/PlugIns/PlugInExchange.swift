package import RotationCore

/// One question to a plug-in and what came of it, without value and state: what the log and `plug-in try` show.
package struct PlugInExchange: Sendable {
    package var step: StepFailure.Step
    /// nil for a `check`, which is about no secret.
    package var context: GeneratorContext?
    /// What it was asked; value and state are told by their length.
    package var question: JSONValue
    /// What it answered, in the same way; nil for nothing.
    package var answer: String?
    /// How it ended; exit status 0 and 64 are no failures.
    package var cause: StepFailure.Cause
    /// How the step failed; nil where it did not.
    package var failure: StepFailure?
    /// The last lines of its standard error that may be shown.
    package var lines: [String]
    /// How many may not.
    package var withheld: Int
}

extension PlugInExchange {
    /// A text's length in its place.
    static func masked(_ characters: Int) -> JSONValue {
        .string("[\(characters) character\(characters == 1 ? "" : "s")]")
    }
}
