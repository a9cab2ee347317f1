/// Keys that this version accepts and does not use.
extension Configuration {
    /// All of them: they are read and tested, and nothing comes of it yet.
    package static let reservedKeys = [
        "audit.checkpoint_every", "audit.checkpoint_file", "audit.origin", "keys.audit", "metrics.textfile",
    ]

    /// What is said of such a key, where it is given.
    package static func warning(unused key: String) -> String { "\(key) is not used by this version" }

    /// Which of them a file gives.
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
