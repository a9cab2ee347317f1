import AIHubClient
import RotationCore
import TestSupport
import Testing

/// What a test wants of its client.
struct ClientOptions {
    var context: String? = "acme"
    /// The Unix socket through which the hub is reached.
    var socket: String?
    var timeout = Duration.seconds(90)
    var certificateAuthorities: String?
    var maxInFlight = 8
    /// The content of the token file.
    var token = "token-1"
}

/// Makes a client, and its token file, for an API root; closes it after the closure.
func withClient<T>(
    _ root: String,
    _ options: ClientOptions = ClientOptions(),
    _ body: (SecretsClient, TemporaryFolder) async throws -> T
) async throws -> T {
    try await withClients(root, options) { try await body($0, $2) }
}

/// Makes two clients of one token file for an API root; closes them after the closure.
func withClients<T>(
    _ root: String,
    _ options: ClientOptions = ClientOptions(),
    _ body: (SecretsClient, SecretsClient, TemporaryFolder) async throws -> T
) async throws -> T {
    try await TemporaryFolder.with { folder in
        try folder.write(options.token + "\n", to: "token")
        let token = TokenFile(path: folder.file("token"))
        let clients = (try makeClient(root, options, token), try makeClient(root, options, token))
        let result: Result<T, any Error>
        do {
            result = .success(try await body(clients.0, clients.1, folder))
        } catch {
            result = .failure(error)
        }
        await clients.0.shutdown()
        await clients.1.shutdown()
        return try result.get()
    }
}

private func makeClient(_ root: String, _ options: ClientOptions, _ token: TokenFile) throws -> SecretsClient {
    let configuration = SecretsClient.Configuration(
        endpoint: try HubEndpoint(root),
        socket: options.socket,
        context: options.context,
        timeout: options.timeout,
        certificateAuthorities: options.certificateAuthorities,
        maxInFlight: options.maxInFlight,
        rate: try unlimited()
    )
    return SecretsClient(configuration: configuration, token: token, version: "1.2.3")
}

/// The error of an operation that must fail with one of ours.
func hubError<T>(_ operation: () async throws -> T) async throws -> HubError {
    do {
        _ = try await operation()
    } catch let error as HubError {
        return error
    }
    throw NotThrown()
}

/// An operation that should have failed did not.
struct NotThrown: Error {}
