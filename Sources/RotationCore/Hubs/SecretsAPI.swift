package import SecretMemory

/// Which workspaces may use a secret in their functions.
package enum WorkspaceAccess: Hashable, Sendable, Codable {
    /// `ALL`.
    case all
    /// `SOME`: these.
    case only([String])
    /// `NONE`.
    case nobody

    /// By the bytes of the names: Swift takes canonically equivalent texts for equal, a hub does not.
    package static func == (left: WorkspaceAccess, right: WorkspaceAccess) -> Bool {
        switch (left, right) {
        case (.all, .all), (.nobody, .nobody): true
        case (.only(let left), .only(let right)): left.elementsEqual(right) { $0.utf8.elementsEqual($1.utf8) }
        default: false
        }
    }
}

/// A change to a secret; what is nil is left out of the request and keeps its present state.
package struct SecretUpdate: Sendable {
    package var alias: SecretAlias
    package var value: SecretValue?
    package var description: String?
    package var access: WorkspaceAccess?

    package init(
        alias: SecretAlias,
        value: SecretValue? = nil,
        description: String? = nil,
        access: WorkspaceAccess? = nil
    ) {
        self.alias = alias
        self.value = value
        self.description = description
        self.access = access
    }
}

/// A secret to be made.
package struct SecretCreation: Sendable {
    package var alias: SecretAlias
    package var value: SecretValue
    package var access: WorkspaceAccess
    package var description: String?

    package init(alias: SecretAlias, value: SecretValue, access: WorkspaceAccess, description: String? = nil) {
        self.alias = alias
        self.value = value
        self.access = access
        self.description = description
    }
}

/// A secret as a hub lists it: everything but its value.
package struct ListedSecret: Hashable, Sendable, Codable {
    package var alias: String
    package var description: String?
    /// `ALL`, `SOME` or `NONE`.
    package var allowedWorkspacesType: String?
    package var allowedWorkspaces: [String]
    /// Unix time in milliseconds, by the hub's clock.
    package var createdAt: Int64?
    /// Unix time in milliseconds, by the hub's clock: never compared with ours.
    package var updatedAt: Int64?
    /// A user's ID; nil where it is no word of letters, digits and hyphens, or shares something with the token.
    package var lastUpdatedBy: String?

    package init(
        alias: String,
        description: String? = nil,
        allowedWorkspacesType: String? = nil,
        allowedWorkspaces: [String] = [],
        createdAt: Int64? = nil,
        updatedAt: Int64? = nil,
        lastUpdatedBy: String? = nil
    ) {
        self.alias = alias
        self.description = description
        self.allowedWorkspacesType = allowedWorkspacesType
        self.allowedWorkspaces = allowedWorkspaces
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.lastUpdatedBy = lastUpdatedBy
    }
}

/// What a hub said to a successful operation.
package struct Receipt: Hashable, Sendable {
    /// The HTTP status, 2xx.
    package var status: Int
    /// The hub's name for the request.
    package var requestID: String?
    /// Whether the answer had no body: not what AI Hub answers, and no proof by itself.
    package var isEmpty: Bool

    package init(status: Int, requestID: String? = nil, isEmpty: Bool = false) {
        self.status = status
        self.requestID = requestID
        self.isEmpty = isEmpty
    }
}

/// The four operations of AI Hub's secrets API; each call is one attempt.
package protocol SecretsAPI: Sendable {
    /// Waits for a place among the hub's requests in flight, then for a token of its rate.
    ///
    /// - Throws: `notSent` where the client is closing or the task is cancelled; `noToken` where a request could not be
    ///   authorized. Nothing was sent then.
    func permit() async throws(HubError) -> SendPermit
    /// Changes a secret.
    func update(_ update: SecretUpdate, using permit: consuming SendPermit) async throws(HubError) -> Receipt
    /// Makes a secret.
    func create(_ creation: SecretCreation, using permit: consuming SendPermit) async throws(HubError) -> Receipt
    /// Lists secrets, all or those that match.
    func list(
        alias: SecretAlias?,
        workspace: String?,
        using permit: consuming SendPermit
    ) async throws(HubError) -> [ListedSecret]
    /// Deletes a secret.
    func delete(_ alias: SecretAlias, using permit: consuming SendPermit) async throws(HubError) -> Receipt
    /// Whether the token file holds a token that the hub has not refused; true once for each token.
    func hasNewToken() async -> Bool
}

/// For callers that have nothing to check between the permit and the request.
extension SecretsAPI {
    /// Waits for a permit and changes a secret.
    package func update(_ update: SecretUpdate) async throws(HubError) -> Receipt {
        try await self.update(update, using: permit())
    }

    /// Waits for a permit and makes a secret.
    package func create(_ creation: SecretCreation) async throws(HubError) -> Receipt {
        try await create(creation, using: permit())
    }

    /// Waits for a permit and lists secrets, all or those that match.
    package func list(alias: SecretAlias?, workspace: String?) async throws(HubError) -> [ListedSecret] {
        try await list(alias: alias, workspace: workspace, using: permit())
    }

    /// Waits for a permit and deletes a secret.
    package func delete(_ alias: SecretAlias) async throws(HubError) -> Receipt {
        try await delete(alias, using: permit())
    }
}
