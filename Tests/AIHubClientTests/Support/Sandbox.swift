import AIHubClient
import Logging
import SandboxHub

/// Serves a hub on a loopback port while a closure runs; the closure receives the API root.
func withSandbox<T: Sendable>(
    _ hub: SandboxHub,
    _ body: @escaping @Sendable (String) async throws -> T
) async throws -> T {
    let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
    let logger = Logger(label: "sandbox") { _ in SwiftLogNoOpLogHandler() }
    let server = SandboxServer(hub: hub, port: 0, testHooks: false, logger: logger)
    return try await withThrowingTaskGroup(of: T?.self) { group in
        group.addTask {
            try await server.run { continuation.yield($0) }
            return nil
        }
        group.addTask {
            for await port in ports { return try await body("http://127.0.0.1:\(port)/api") }
            return nil
        }
        defer { group.cancelAll() }
        guard let result = try await group.next() ?? nil else { throw NotThrown() }
        return result
    }
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
