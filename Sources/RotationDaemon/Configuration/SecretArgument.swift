package import ControlAPI
package import RotationCore

extension Configuration {
    /// Reads a SECRET argument: `alias` where one hub is configured, else `hub/alias`.
    ///
    /// - Parameter mayLackHub: Whether the hub may be one that is not configured any more.
    package func secret(_ text: String, mayLackHub: Bool = false) throws(ControlFailure) -> SecretName {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count <= 2, let alias = parts.last.flatMap(SecretAlias.init) else {
            throw ControlFailure(
                status: .usage,
                message: "\"\(text)\" is no secret: use hub/alias; an alias has letters, digits, _ and - only"
            )
        }
        let names = hubs.keys.sorted().joined(separator: ", ")
        guard parts.count == 2 else {
            guard hubs.count == 1, let hub = hubs.keys.first else {
                throw ControlFailure(status: .usage, message: "say which hub: HUB/\(text), with HUB one of \(names)")
            }
            return SecretName(hub: hub, alias: alias)
        }
        guard hubs[parts[0]] != nil || mayLackHub else {
            throw ControlFailure(status: .noSuchSecret, message: "there is no hub \"\(parts[0])\"; there is \(names)")
        }
        return SecretName(hub: parts[0], alias: alias)
    }

    /// Reads several SECRET arguments; one that stands twice counts once.
    package func secrets(_ texts: [String], mayLackHub: Bool = false) throws -> [SecretName] {
        var seen: Set<SecretName> = []
        return try texts.map { try secret($0, mayLackHub: mayLackHub) }.filter { seen.insert($0).inserted }
    }
}
