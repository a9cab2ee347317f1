/// Records the keys that a reader asks for, with the form of their values: the reference is made from it.
package final class KeyRecorder {
    /// A key of a file.
    package struct Key: Hashable, Sendable {
        /// The form of its value, in the words of the errors about it; nil for a mapping.
        package var form: String?
        /// Whether the file must have it.
        package var isRequired = false
    }

    /// The keys by their path, such as `retry.base`.
    package private(set) var keys: [String: Key] = [:]

    package init() {}

    /// Records that a reader has asked for a key.
    func ask(_ path: String) {
        if keys[path] == nil { keys[path] = Key() }
    }

    /// Records the form of a key's value.
    func note(_ path: String, form: String) {
        keys[path, default: Key()].form = form
    }

    /// Records that a key is required.
    func require(_ path: String) {
        keys[path, default: Key()].isRequired = true
    }
}
