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

/// Creates a secret; its value is sent beside the operation.
package struct CreateSecret: HubOperation {
    /// No content.
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

/// Changes a secret; a new value is sent beside the operation.
package struct UpdateSecret: HubOperation {
    /// No content.
    package typealias Answer = Done
    package static let path = "secrets/update"
    package static let right = Right.edit
    package static let sizeLimit = RequestSize.value
    package var secret: SecretName
    package var access: WorkspaceAccess?
    package var description: String?
    /// The reason for overriding a hold for an earlier value that may still arrive.
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
    /// No content.
    package typealias Answer = Done
    package static let path = "secrets/delete"
    package static let right = Right.edit
    package var secret: SecretName

    package init(secret: SecretName) {
        self.secret = secret
    }
}

/// Sends a list request to each hub, with the daemon's configuration and token.
package struct ProbeHubs: HubOperation {
    /// The answer of each hub.
    package typealias Answer = [HubAnswer]
    package static let path = "hubs/probe"
    package static let right = Right.operate

    package init() {}
}

/// A hub's answer to a list request.
package struct HubAnswer: Codable, Hashable, Sendable {
    package var hub: String
    /// The aliases of the listed secrets; nil if the request failed.
    package var aliases: [String]?
    /// Why the request failed.
    package var problem: String?

    package init(hub: String, aliases: [String]? = nil, problem: String? = nil) {
        self.hub = hub
        self.aliases = aliases
        self.problem = problem
    }
}
