package import SecretMemory

/// A generator whose values come from an external source: a change of the source triggers a rotation.
///
/// Generating a value has no effect, so it can be done at any time to detect a change.
package protocol WatchedGenerator: ValueGenerator {
    /// The absolute paths of folders to watch for changes.
    func folders() async -> Set<String>

    /// A signature that differs whenever the value may have changed; much cheaper than the value.
    func signature() async -> SourceSignature

    /// Reads the present content.
    func view() async -> SourceView
}

/// No steps: the tool that makes the value also manages the credential.
extension WatchedGenerator {
    package var steps: Set<GeneratorStep> { [] }

    package func perform(
        _ step: GeneratorStep,
        _ made: GeneratedValue,
        _ context: GeneratorContext
    ) async throws(GeneratorError) {}
}

/// A signature of the state of a source.
package struct SourceSignature: Hashable, Sendable {
    private let parts: [[Int64]]

    /// - Parameter parts: Numbers for each part of the source; empty for a missing part.
    package init(_ parts: [[Int64]]) {
        self.parts = parts
    }
}

/// The present content of a source.
package struct SourceView: Sendable {
    /// The content; nil if it can't be a value.
    package var value: SecretValue?
    /// Why it must not be delivered; nil if it may be.
    package var problem: String?

    package init(value: SecretValue? = nil, problem: String? = nil) {
        self.value = value
        self.problem = problem
    }
}
