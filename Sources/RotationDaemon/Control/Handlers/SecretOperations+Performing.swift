package import ControlAPI
package import RotationCore
import RotationStore
package import SecretMemory

extension ListSecrets: GatewayOperation {
    package func perform(
        _ value: SecretValue?,
        at gateway: HubGateway,
        for caller: Caller
    ) async throws -> [ListedSecret] {
        try await gateway.list(hub, alias: alias, workspace: workspace, for: caller)
    }
}

extension CreateSecret: GatewayOperation {
    package func perform(_ value: SecretValue?, at gateway: HubGateway, for caller: Caller) async throws -> Done {
        try RequestLimits.check(["description": description])
        guard let value else { throw ControlFailure(status: .usage, message: "a secret needs a value") }
        let creation = SecretCreation(alias: secret.alias, value: value, access: access, description: description)
        let fields: [Audit.SecretAttempted.Field] =
            [.value, .allowedWorkspaces] + (description == nil ? [] : [.description])
        try await gateway.change(.create, secret, for: caller, fields: fields) { api in
            try await api.create(creation)
        }
        return Done()
    }
}

extension UpdateSecret: GatewayOperation {
    package func perform(_ value: SecretValue?, at gateway: HubGateway, for caller: Caller) async throws -> Done {
        try RequestLimits.check(["description": description, "despite-hold": despiteHold])
        let update = SecretUpdate(alias: secret.alias, value: value, description: description, access: access)
        let named: [(Audit.SecretAttempted.Field, Bool)] = [
            (.value, value != nil), (.description, description != nil), (.allowedWorkspaces, access != nil),
        ]
        let fields = named.filter(\.1).map(\.0)
        guard !fields.isEmpty else { throw ControlFailure(status: .usage, message: "there is nothing to change") }
        try await gateway.change(
            .update,
            secret,
            for: caller,
            fields: fields,
            despiteHold: despiteHold
        ) { api in try await api.update(update) }
        return Done()
    }
}

extension DeleteSecret: GatewayOperation {
    package func perform(_ value: SecretValue?, at gateway: HubGateway, for caller: Caller) async throws -> Done {
        let alias = secret.alias
        try await gateway.change(.delete, secret, for: caller) { api in try await api.delete(alias) }
        return Done()
    }
}

extension ProbeHubs: GatewayOperation {
    package func perform(_ value: SecretValue?, at gateway: HubGateway, for caller: Caller) async throws -> [HubAnswer]
    {
        try await gateway.probe()
    }
}
