package import RotationCore
import RotationStore
package import SecretMemory

/// Lists a hub's secrets, without their values.
package struct ListSecrets: HubOperation {
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

    package func perform(
        _ value: SecretValue?,
        at desk: HubDesk,
        for caller: Caller
    ) async throws -> [ListedSecret] {
        try await desk.list(hub, alias: alias, workspace: workspace, for: caller)
    }
}

/// Makes a secret; its value comes beside it.
package struct CreateSecret: HubOperation {
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

    package func perform(_ value: SecretValue?, at desk: HubDesk, for caller: Caller) async throws -> Done {
        try RequestLimits.check(["description": description])
        guard let value else { throw ControlFailure(status: .usage, message: "a secret needs a value") }
        let creation = SecretCreation(alias: secret.alias, value: value, access: access, description: description)
        let fields = ["value", "allowed_workspaces"] + (description == nil ? [] : ["description"])
        try await desk.change(.create, secret, for: caller, detail: ["fields": .texts(fields)]) { api in
            try await api.create(creation)
        }
        return Done()
    }
}

/// Changes a secret; a new value comes beside it.
package struct UpdateSecret: HubOperation {
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

    package func perform(_ value: SecretValue?, at desk: HubDesk, for caller: Caller) async throws -> Done {
        try RequestLimits.check(["description": description, "despite-hold": despiteHold])
        let update = SecretUpdate(alias: secret.alias, value: value, description: description, access: access)
        let named = [
            ("value", value != nil), ("description", description != nil), ("allowed_workspaces", access != nil),
        ]
        let fields = named.filter(\.1).map(\.0)
        guard !fields.isEmpty else { throw ControlFailure(status: .usage, message: "there is nothing to change") }
        try await desk.change(
            .update,
            secret,
            for: caller,
            detail: ["fields": .texts(fields)],
            despiteHold: despiteHold
        ) { api in try await api.update(update) }
        return Done()
    }
}

/// Deletes a secret.
package struct DeleteSecret: HubOperation {
    package static let path = "secrets/delete"
    package static let right = Right.edit
    package var secret: SecretName

    package init(secret: SecretName) {
        self.secret = secret
    }

    package func perform(_ value: SecretValue?, at desk: HubDesk, for caller: Caller) async throws -> Done {
        let alias = secret.alias
        try await desk.change(.delete, secret, for: caller) { api in try await api.delete(alias) }
        return Done()
    }
}

/// Asks each hub for a list, with the token and the configuration that the daemon has.
package struct ProbeHubs: HubOperation {
    package static let path = "hubs/probe"
    package static let right = Right.operate

    package init() {}

    package func perform(_ value: SecretValue?, at desk: HubDesk, for caller: Caller) async throws -> [HubAnswer] {
        try await desk.probe()
    }
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

extension JSONValue {
    fileprivate static func texts(_ texts: [String]) -> JSONValue {
        .array(texts.map { .string($0) })
    }
}
