package import AIHubClient
import AsyncHTTPClient
import Glibc
package import RotationEngine
import SecretMemory
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
        var clients: [SecretsClient] = []
    }

    private let shared = Mutex(Shared())

    package init() {}

    /// The engine's view of the configured hubs.
    ///
    /// - Throws: ``ConfigurationError`` where a token can't be read: nothing is changed then.
    package func hubs(of configuration: Configuration) throws(ConfigurationError) -> [String: Engine.Hub] {
        // All is read before anything is changed: one bad file leaves all hubs as they are.
        for (name, hub) in configuration.hubs { try check(hub, name: name, source: configuration.path) }
        var hubs: [String: Engine.Hub] = [:]
        for (name, hub) in configuration.hubs {
            let client = try client(for: hub, name: name, source: configuration.path)
            hubs[name] = Engine.Hub(
                api: client,
                maxInFlight: hub.maxInFlight,
                confirm: hub.confirm,
                confirmTimeout: hub.confirmTimeout,
                timeout: hub.timeout
            )
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
        } catch let error as AccessToken.Invalid {
            throw ConfigurationError(source: source, message: "hubs.\(name).token: \(path): \(error)")
        } catch {
            throw ConfigurationError(source: source, message: "hubs.\(name).token: \(error)")
        }
        let client = SecretsClient(
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
        shared.withLock { $0.clients.append(client) }
        return client
    }

    private func check(_ hub: Configuration.Hub, name: String, source: String) throws(ConfigurationError) {
        let path = try hub.token.path()
        do {
            _ = try AccessToken(SecretFile.read(path, limit: TokenFile.limit))
        } catch let error as AccessToken.Invalid {
            throw ConfigurationError(source: source, message: "hubs.\(name).token: \(path): \(error)")
        } catch {
            throw ConfigurationError(source: source, message: "hubs.\(name).token: \(error)")
        }
        if let file = hub.certificateAuthorities, access(file, R_OK) != 0 {
            let reason = String(cString: strerror(errno))
            throw ConfigurationError(source: source, message: "hubs.\(name).ca_file: \(file): \(reason)")
        }
    }

    /// Ends all waiting for a turn: what was not sent yet is not sent any more.
    package func closeGates() {
        for client in shared.withLock({ $0.clients }) { client.close() }
    }

    /// Closes all connections; nothing can be sent after it.
    package func shutdown() async {
        let clients = shared.withLock { Array($0.transports.values) }
        for client in clients { try? await client.shutdown() }
    }
}
