package import RotationCore

/// Lists a hub's secrets, without their values.
package struct ListSecrets: HubOperation {
    /// The secrets that the hub lists.
    package typealias Answer = [ListedSecret]
    package static let path = "secrets/list"
    package static let right = Right.operate
    package var hub: String
    package var alias: SecretAlias?
    package var workspace: String?

    package init(hub: String, alias: SecretAlias? = nil, workspace: String? = nil) {
        self.hub = hub
        self.alias = alias
        self.workspace = workspace
    }
}

/// Makes a secret; its value comes beside it.
package struct CreateSecret: HubOperation {
    /// Nothing but that it was done.
    package typealias Answer = Done
    package static let path = "secrets/create"
    package static let right = Right.edit
    package static let sizeLimit = RequestSize.value
    package var secret: SecretName
    package var access: WorkspaceAccess
    package var description: String?

    package init(secret: SecretName, access: WorkspaceAccess, description: String? = nil) {
        self.secret = secret
        self.access = access
        self.description = description
    }
}

/// Changes a secret; a new value comes beside it.
package struct UpdateSecret: HubOperation {
    /// Nothing but that it was done.
    package typealias Answer = Done
    package static let path = "secrets/update"
    package static let right = Right.edit
    package static let sizeLimit = RequestSize.value
    package var secret: SecretName
    package var access: WorkspaceAccess?
    package var description: String?
    /// Why it may go ahead though an earlier value may still arrive.
    package var despiteHold: String?

    package init(
        secret: SecretName,
        access: WorkspaceAccess? = nil,
        description: String? = nil,
        despiteHold: String? = nil
    ) {
        self.despiteHold = despiteHold
        self.secret = secret
        self.access = access
        self.description = description
    }
}

/// Deletes a secret.
package struct DeleteSecret: HubOperation {
    /// Nothing but that it was done.
    package typealias Answer = Done
    package static let path = "secrets/delete"
    package static let right = Right.edit
    package var secret: SecretName

    package init(secret: SecretName) {
        self.secret = secret
    }
}

/// Asks each hub for a list, with the token and the configuration that the daemon has.
package struct ProbeHubs: HubOperation {
    /// What each hub said.
    package typealias Answer = [HubAnswer]
    package static let path = "hubs/probe"
    package static let right = Right.operate

    package init() {}
}

/// What a hub said to a list call.
package struct HubAnswer: Codable, Hashable, Sendable {
    package var hub: String
    /// The secrets that it lists; nil where it did not answer.
    package var aliases: [String]?
    /// Why it did not.
    package var problem: String?

    package init(hub: String, aliases: [String]? = nil, problem: String? = nil) {
        self.hub = hub
        self.aliases = aliases
        self.problem = problem
    }
}
