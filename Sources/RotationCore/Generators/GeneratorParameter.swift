/// A parameter of a generator type in a schedules file.
package struct GeneratorParameter: Sendable {
    /// The form of a parameter's value.
    package enum Form: Sendable {
        /// A whole number.
        case integer(ClosedRange<Int>)
        /// A text; not empty.
        case text
        /// `true` or `false`.
        case flag
        /// An absolute path.
        case path
        /// A duration, passed on in the format of ``SecondsText``.
        case duration(ClosedRange<Duration>)
        /// One of several words.
        case word([String])
        /// A scalar of its own form: `expected` describes it in messages, and `read` returns nil for an invalid one.
        case scalar(expected: String, read: @Sendable (String) -> JSONValue?)
        /// A list of scalars of their own form, or one of them.
        case scalars(expected: String, read: @Sendable (String) -> JSONValue?)
        /// A list of texts, which may be empty.
        case texts
        /// Whole numbers by name, where the names are fixed.
        case counts(of: [String], in: ClosedRange<Int>)
        /// Any mapping, passed on unchanged.
        case fields(example: String)
        /// Generators by name.
        case generators(example: String)
    }

    /// The key.
    package let name: String
    package let form: Form
    /// The default; nil for none.
    package let standard: JSONValue?
    /// An example of a required parameter; nil for an optional one.
    package let example: String?

    /// Creates an optional parameter.
    package init(_ name: String, _ form: Form, standard: JSONValue? = nil) {
        (self.name, self.form, self.standard, example) = (name, form, standard, nil)
    }

    /// Creates a required parameter.
    package init(_ name: String, _ form: Form, example: String) {
        (self.name, self.form, standard, self.example) = (name, form, nil, example)
    }
}
