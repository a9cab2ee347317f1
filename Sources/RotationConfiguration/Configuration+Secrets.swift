package import RotationCore

extension Configuration {
    /// Reads a SECRET argument: `alias` where one hub is configured, else `hub/alias`.
    ///
    /// - Parameter mayLackHub: Whether the hub may be missing from the configuration.
    package func secret(_ text: String, mayLackHub: Bool = false) throws(InvalidSecretArgument) -> SecretName {
        try SecretName(argument: text, hubs: hubs.keys.sorted(), mayLackHub: mayLackHub)
    }

    /// Reads several SECRET arguments, each secret once.
    package func secrets(_ texts: [String], mayLackHub: Bool = false) throws -> [SecretName] {
        var seen: Set<SecretName> = []
        return try texts.map { try secret($0, mayLackHub: mayLackHub) }.filter { seen.insert($0).inserted }
    }
}
