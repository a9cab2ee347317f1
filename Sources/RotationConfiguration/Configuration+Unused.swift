/// Keys that this version accepts and does not use.
extension Configuration {
    /// All such keys: they are validated, but have no effect yet.
    package static let reservedKeys = [
        "metrics.textfile"
    ]

    /// The warning about such a key.
    package static func warning(unused key: String) -> String { "\(key) is not used by this version" }

    /// The keys of this kind in a file.
    static func unusedKeys(in root: MappingReader) -> [String] {
        reservedKeys.filter { key in
            var parts = key.split(separator: ".").map(String.init)
            guard let last = parts.popLast() else { return false }
            var reader: MappingReader? = root
            for part in parts { reader = reader?.mapping(part) }
            return reader?.value(last) != nil
        }
    }
}
