/// A generator whose values somebody else makes: a rotation is due when there is another one.
///
/// Making a value has no effect, and can be done at any time to see whether it is another one.
package protocol WatchedGenerator: ValueGenerator {
    /// Folders, absolute, in which something happens when there may be another value.
    var folders: Set<String> { get }

    /// What changes whenever there may be another value; much cheaper than the value.
    func signature() async -> SourceSignature
}

/// Tells one state of a value's source from another.
package struct SourceSignature: Hashable, Sendable {
    private let parts: [[Int64]]

    /// - Parameter parts: Numbers of each part of the source; none for a part that is not there.
    package init(_ parts: [[Int64]]) {
        self.parts = parts
    }
}
