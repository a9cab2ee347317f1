/// What a field of an audit event can hold.
package indirect enum FieldShape: Hashable, Sendable {
    case boolean
    case integer
    /// An integer of 64 bits: canonical JSON writes it as a text of digits beyond ±(2^53 − 1).
    case large
    case text
    /// RFC 3339 in UTC with milliseconds.
    case instant
    /// The ID of a rotation or a request.
    case identifier
    /// One of a closed set of words.
    case word([String])
    case list(FieldShape)
    /// An object whose keys are not the log's own, such as a schedule by the keys of its file.
    case object
    /// A type of its own, by its name.
    case record(String, [Field])

    /// One field, as its type declares it.
    package struct Field: Hashable, Sendable {
        /// The property's name.
        package var property: String
        /// The key in an entry.
        package var key: String
        package var shape: FieldShape
        /// Whether it is in each entry.
        package var isRequired: Bool
    }
}
