package import SecretMemory

/// A generator whose values somebody else makes: a rotation is due when there is another one.
///
/// Making a value has no effect, and can be done at any time to see whether it is another one.
package protocol WatchedGenerator: ValueGenerator {
    /// Folders, absolute, in which something happens when there may be another value.
    func folders() async -> Set<String>

    /// What changes whenever there may be another value; much cheaper than the value.
    func signature() async -> SourceSignature

    /// What there is now.
    func view() async -> SourceView
}

/// Who makes the value also sees to the credential behind it.
extension WatchedGenerator {
    package var steps: Set<GeneratorStep> { [] }

    package func perform(
        _ step: GeneratorStep,
        _ made: GeneratedValue,
        _ context: GeneratorContext
    ) async throws(GeneratorError) {}
}

/// Tells one state of a value's source from another.
package struct SourceSignature: Hashable, Sendable {
    private let parts: [[Int64]]

    /// - Parameter parts: Numbers of each part of the source; none for a part that is not there.
    package init(_ parts: [[Int64]]) {
        self.parts = parts
    }
}

/// What is found at a value's source.
package struct SourceView: Sendable {
    /// What is there; nil where it can't be a value at all.
    package var value: SecretValue?
    /// Why it is not to be delivered; nil where it is.
    package var problem: String?

    package init(value: SecretValue? = nil, problem: String? = nil) {
        self.value = value
        self.problem = problem
    }
}
