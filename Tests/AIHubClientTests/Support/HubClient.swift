import AIHubClient
import AsyncHTTPClient
import RotationCore
import TestSupport
import Testing

/// What a test wants of its client.
struct ClientOptions {
    var context: String? = "acme"
    var timeout = Duration.seconds(90)
    var certificateAuthorities: String?
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
        let http = SecretsClient.makeHTTPClient(
            certificateAuthorities: options.certificateAuthorities,
            timeout: options.timeout
        )
        let result: Result<T, any Error>
        do {
            let token = TokenFile(path: folder.file("token"))
            let first = try makeClient(root, options, token, http)
            let second = try makeClient(root, options, token, http)
            result = .success(try await body(first, second, folder))
        } catch {
            result = .failure(error)
        }
        try await http.shutdown()
        return try result.get()
    }
}

private func makeClient(
    _ root: String,
    _ options: ClientOptions,
    _ token: TokenFile,
    _ http: HTTPClient
) throws -> SecretsClient {
    let configuration = SecretsClient.Configuration(
        endpoint: try HubEndpoint(root),
        context: options.context,
        timeout: options.timeout,
        certificateAuthorities: options.certificateAuthorities,
        maxInFlight: 8,
        rate: try unlimited()
    )
    return SecretsClient(
        configuration: configuration,
        token: token,
        http: http,
        version: "1.2.3"
    )
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
