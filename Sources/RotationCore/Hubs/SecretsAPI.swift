package import SecretMemory

/// The workspaces that may use a secret in their functions.
package enum WorkspaceAccess: Hashable, Sendable, Codable {
    /// `ALL`.
    case all
    /// `SOME`: these.
    case only([String])
    /// `NONE`.
    case nobody

    /// Compares the bytes of the names: Swift treats canonically equivalent texts as equal, a hub does not.
    package static func == (left: WorkspaceAccess, right: WorkspaceAccess) -> Bool {
        switch (left, right) {
        case (.all, .all), (.nobody, .nobody): true
        case (.only(let left), .only(let right)): left.elementsEqual(right) { $0.utf8.elementsEqual($1.utf8) }
        default: false
        }
    }
}

/// A change of a secret; nil fields are not in the request and stay unchanged.
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

/// A secret to be created.
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

/// A listed secret: everything except its value.
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
    /// A user's ID; nil if it is not a word of letters, digits and hyphens, or has characters in common with the token.
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

/// The hub's answer to a successful operation.
package struct Receipt: Hashable, Sendable {
    /// The HTTP status, 2xx.
    package var status: Int
    /// The hub's ID of the request.
    package var requestID: String?
    /// Whether the answer had no body, which is unusual for AI Hub and no proof of success.
    package var isEmpty: Bool

    package init(status: Int, requestID: String? = nil, isEmpty: Bool = false) {
        self.status = status
        self.requestID = requestID
        self.isEmpty = isEmpty
    }
}

/// The four operations of AI Hub's secrets API; each call is one attempt.
package protocol SecretsAPI: Sendable {
    /// Waits for a place among the hub's requests in flight, then for a token of its rate limit.
    ///
    /// - Throws: `notSent` if the client is closing or the task is cancelled; `noToken` if the request can't be
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

/// Convenience for callers without a check between permit and request.
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
