/// A parameter of a type of generator, as a file of schedules gives it.
package struct GeneratorParameter: Sendable {
    /// What may be given.
    package enum Form: Sendable {
        /// A whole number.
        case integer(ClosedRange<Int>)
        /// A text; not empty.
        case text
        /// `true` or `false`.
        case flag
        /// An absolute path.
        case path
        /// A length of time, which is handed on as ``SecondsText`` has it.
        case duration(ClosedRange<Duration>)
        /// One of several words.
        case word([String])
        /// A scalar of its own form: `expected` names it for people, and `read` answers nil for any other.
        case scalar(expected: String, read: @Sendable (String) -> JSONValue?)
        /// A list of scalars of their own form, or one of them.
        case scalars(expected: String, read: @Sendable (String) -> JSONValue?)
        /// A list of texts, which may be empty.
        case texts
        /// Whole numbers by name, where the names are fixed.
        case counts(of: [String], in: ClosedRange<Int>)
        /// A mapping of anything, which is handed on.
        case fields(example: String)
        /// Generators by name.
        case generators(example: String)
    }

    /// The key.
    package let name: String
    package let form: Form
    /// What counts where it is not given; nil where nothing does.
    package let standard: JSONValue?
    /// An example of a parameter that must be given; nil for one that may be left out.
    package let example: String?

    /// A parameter that may be left out.
    package init(_ name: String, _ form: Form, standard: JSONValue? = nil) {
        (self.name, self.form, self.standard, example) = (name, form, standard, nil)
    }

    /// A parameter that must be given.
    package init(_ name: String, _ form: Form, example: String) {
        (self.name, self.form, standard, self.example) = (name, form, nil, example)
    }
}
