/// A secret of a hub, written `hub/alias`.
package struct SecretName: Hashable, Sendable, Codable, CustomStringConvertible {
    /// The hub's name in the configuration.
    package var hub: String
    /// The secret's name in the hub.
    package var alias: SecretAlias

    package init(hub: String, alias: SecretAlias) {
        self.hub = hub
        self.alias = alias
    }

    package var description: String { "\(hub)/\(alias)" }
}
