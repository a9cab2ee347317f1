package import AIHubClient
import AsyncHTTPClient
package import RotationEngine
import Synchronization

/// The HTTP clients and tokens of all hubs, for as long as the process lives.
///
/// A reload makes new ``AIHubClient/SecretsClient``s over the same connections; requests under way end with the old
/// ones.
package final class HubClients: Sendable {
    private struct Transport: Hashable {
        var certificateAuthorities: String?
        var timeout: Duration
    }

    private struct Shared {
        var transports: [Transport: HTTPClient] = [:]
        var tokens: [String: TokenFile] = [:]
    }

    private let shared = Mutex(Shared())

    package init() {}

    /// The engine's view of the configured hubs.
    ///
    /// - Throws: ``ConfigurationError`` where a token can't be read: nothing is changed then.
    package func hubs(of configuration: Configuration) throws(ConfigurationError) -> [String: Engine.Hub] {
        var hubs: [String: Engine.Hub] = [:]
        for (name, hub) in configuration.hubs {
            let client = try client(for: hub, name: name, source: configuration.path)
            hubs[name] = Engine.Hub(api: client, maxInFlight: hub.maxInFlight, confirm: hub.confirm)
        }
        return hubs
    }

    /// A client for one hub.
    package func client(
        for hub: Configuration.Hub,
        name: String,
        source: String
    ) throws(ConfigurationError) -> SecretsClient {
        let path = try hub.token.path()
        let transport = Transport(certificateAuthorities: hub.certificateAuthorities, timeout: hub.timeout)
        let (token, http) = shared.withLock { shared in
            let token = shared.tokens[path] ?? TokenFile(path: path)
            shared.tokens[path] = token
            let http =
                shared.transports[transport]
                ?? SecretsClient.makeHTTPClient(
                    certificateAuthorities: hub.certificateAuthorities,
                    timeout: hub.timeout
                )
            shared.transports[transport] = http
            return (token, http)
        }
        do {
            _ = try token.reload()
        } catch {
            throw ConfigurationError(source: source, message: "hubs.\(name).token: \(error)")
        }
        return SecretsClient(
            configuration: .init(
                endpoint: hub.endpoint,
                context: hub.context,
                timeout: hub.timeout,
                certificateAuthorities: hub.certificateAuthorities,
                maxInFlight: hub.maxInFlight,
                rate: hub.rateLimit
            ),
            token: token,
            http: http,
            version: programVersion
        )
    }

    /// Closes all connections; nothing can be sent after it.
    package func shutdown() async {
        let clients = shared.withLock { Array($0.transports.values) }
        for client in clients { try? await client.shutdown() }
    }
}
