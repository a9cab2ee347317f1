import AIHubClient
import AsyncHTTPClient
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
    try await TemporaryFolder.with { folder in
        try folder.write(options.token + "\n", to: "token")
        let http = SecretsClient.makeHTTPClient(
            certificateAuthorities: options.certificateAuthorities,
            timeout: options.timeout
        )
        let result: Result<T, any Error>
        do {
            let client = try makeClient(root, options, folder, http)
            result = .success(try await body(client, folder))
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
    _ folder: TemporaryFolder,
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
        token: TokenFile(path: folder.file("token")),
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
