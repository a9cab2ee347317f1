/// Why a text is not a valid SECRET argument.
package enum InvalidSecretArgument: Error, Equatable, CustomStringConvertible {
    case notASecret(String)
    /// The hub is missing, but not exactly one hub is configured.
    case withoutHub(alias: String, hubs: [String])
    case noSuchHub(String, hubs: [String])

    package var description: String {
        switch self {
        case .notASecret(let text):
            "\"\(text)\" is no secret: use hub/alias; an alias has letters, digits, _ and - only"
        case .withoutHub(let alias, let hubs):
            "say which hub: HUB/\(alias), with HUB one of \(hubs.joined(separator: ", "))"
        case .noSuchHub(let hub, let hubs):
            "there is no hub \"\(hub)\"; there is \(hubs.joined(separator: ", "))"
        }
    }
}

extension SecretName {
    /// Reads a SECRET argument: `alias` where one hub is configured, else `hub/alias`.
    ///
    /// - Parameters:
    ///   - hubs: The configured hubs, in the order for messages.
    ///   - mayLackHub: Whether the hub may be missing from the configuration.
    package init(argument text: String, hubs: [String], mayLackHub: Bool = false) throws(InvalidSecretArgument) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count <= 2, let alias = parts.last.flatMap(SecretAlias.init) else { throw .notASecret(text) }
        guard parts.count == 2 else {
            guard hubs.count == 1, let hub = hubs.first else { throw .withoutHub(alias: text, hubs: hubs) }
            self.init(hub: hub, alias: alias)
            return
        }
        guard hubs.contains(parts[0]) || mayLackHub else { throw .noSuchHub(parts[0], hubs: hubs) }
        self.init(hub: parts[0], alias: alias)
    }
}
