package import AIHubClient
import AsyncHTTPClient
import Glibc
import Logging
import RotationCore
package import RotationEngine
import SecretMemory
import Synchronization

/// The HTTP clients and tokens of all hubs, for as long as the process lives.
///
/// A reload makes new ``AIHubClient/SecretsClient``s over the same connections, or over new ones where a `ca_file` has
/// changed; requests under way end with the old ones.
package final class HubClients: Sendable {
    private struct Transport: Hashable {
        var certificateAuthorities: String?
        /// Which content of that file: a client trusts what the file held when it connected first.
        var authoritiesVersion: FileVersion?
        var timeout: Duration
    }

    private struct Shared {
        var transports: [Transport: HTTPClient] = [:]
        var tokens: [String: TokenFile] = [:]
        var clients: [SecretsClient] = []
        /// The token files of the hubs that are configured now.
        var followed: Set<String> = []
        var watch: TokenWatch?
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
                timeout: hub.timeout,
                lateHold: hub.lateHold
            )
        }
        follow(configuration.hubs.values.compactMap(\.token.file))
        return hubs
    }

    // MARK: Renewed tokens

    /// Reads `file:` tokens again as soon as they are renewed, from now on.
    ///
    /// A `credential:` token is a copy that systemd makes when the unit starts: nobody renews it.
    ///
    /// - Parameter onRenewal: Called when another token is in force.
    func watchTokens(logger: Logger, onRenewal: @escaping @Sendable () -> Void) {
        let versions = Mutex(tokenVersions())
        let watch = TokenWatch(logger: logger) { [weak self] in
            guard let self else { return }
            let fresh = readTokens()
            // Another request may have read it first, for its own hub alone.
            let isNew = versions.withLock { versions in
                defer { versions = fresh }
                return versions != fresh
            }
            if isNew { onRenewal() }
        }
        let files = shared.withLock { shared in
            shared.watch = watch
            return shared.followed
        }
        watch.follow(files)
        _ = readTokens()
    }

    private func follow(_ files: [String]) {
        let watch = shared.withLock { shared in
            shared.followed = Set(files)
            return shared.watch
        }
        guard let watch else { return }
        watch.follow(Set(files))
        // What was renewed before it was watched.
        _ = readTokens()
    }

    /// Reads the files again; one that is empty, half-written or gone leaves the token in force that it had.
    private func readTokens() -> [String: Int] {
        let (tokens, followed) = shared.withLock { ($0.tokens, $0.followed) }
        for path in followed { _ = try? tokens[path]?.reload() }
        return tokenVersions()
    }

    private func tokenVersions() -> [String: Int] {
        shared.withLock { $0.tokens }.mapValues(\.version)
    }

    /// A client for one hub.
    package func client(
        for hub: Configuration.Hub,
        name: String,
        source: String
    ) throws(ConfigurationError) -> SecretsClient {
        let path = try hub.token.path()
        let transport = Transport(
            certificateAuthorities: hub.certificateAuthorities,
            authoritiesVersion: hub.certificateAuthorities.flatMap(FileVersion.init),
            timeout: hub.timeout
        )
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
        let clients = shared.withLock { shared in
            shared.watch = nil
            return Array(shared.transports.values)
        }
        for client in clients { try? await client.shutdown() }
    }
}
