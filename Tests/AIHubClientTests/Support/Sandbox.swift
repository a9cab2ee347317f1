import AIHubClient
import RotationCore
import SandboxHub
import TestSupport

/// Serves a hub on a loopback port while a closure runs; the closure receives the API root.
func withSandbox<T: Sendable>(
    _ hub: SandboxHub,
    _ body: @escaping @Sendable (String) async throws -> T
) async throws -> T {
    try await withSandbox(hub) { (port: Int) in try await body("http://127.0.0.1:\(port)/api") }
}

/// A sandbox that holds one secret, `db_password`, and a client that it trusts.
func withSandboxClient<T: Sendable>(
    _ options: ClientOptions = ClientOptions(),
    _ body: @escaping @Sendable (SecretsClient, SandboxHub) async throws -> T
) async throws -> T {
    let hub = SandboxHub(token: "token-1", testHooks: true)
    hub.create("db_password", value: "old")
    return try await withSandbox(hub) { root in
        try await withClient(root, options) { client, _ in try await body(client, hub) }
    }
}
