package import AIHubClient
import Glibc
import Logging
package import RotationConfiguration
import RotationCore
package import RotationEngine
import SecretMemory
import Synchronization

/// The clients and tokens of all hubs, for the lifetime of the process.
///
/// A reload keeps the client of an unchanged hub, with its connections, its requests in flight and its rate limit. A
/// replaced client lives until its last request has ended, then its connections are closed.
package final class HubClients: Sendable {
    /// The settings of a client; equal keys share one client.
    private struct Key: Hashable {
        @Exact var name: String
        var configuration: SecretsClient.Configuration
        /// The version of `ca_file`: a client trusts the content that the file had at its first connection.
        var authoritiesVersion: FileVersion?
        @Exact var token: String
    }

    private struct Shared {
        var clients: [Key: Weak<SecretsClient>] = [:]
        var tokens: [String: Weak<TokenFile>] = [:]
        /// The token files of the configured hubs.
        var followed: Set<String> = []
        var watch: TokenWatch?

        var liveClients: [SecretsClient] { clients.values.compactMap(\.object) }

        /// Returns the existing client for a key, or creates one.
        mutating func client(_ key: Key) -> (SecretsClient, TokenFile) {
            tokens = tokens.filter { $0.value.object != nil }
            clients = clients.filter { $0.value.object != nil }
            let token = tokens[key.token]?.object ?? TokenFile(path: key.token)
            tokens[key.token] = Weak(object: token)
            let client =
                clients[key]?.object
                ?? SecretsClient(configuration: key.configuration, token: token, version: programVersion)
            clients[key] = Weak(object: client)
            return (client, token)
        }
    }

    /// A weak reference.
    private struct Weak<Object: AnyObject & Sendable>: Sendable {
        weak var object: Object?
    }

    private let shared = Mutex(Shared())

    package init() {}

    /// The number of clients, including those that a reload has replaced.
    var count: Int { shared.withLock { $0.liveClients.count } }

    /// The engine's view of the configured hubs.
    ///
    /// - Throws: ``ConfigurationError`` if a token can't be read; then nothing is changed.
    package func hubs(of configuration: Configuration) throws(ConfigurationError) -> [String: Engine.Hub] {
        // Read all files before any change: one bad file leaves all hubs as they are.
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

    /// Watches `file:` tokens from now on, and reads them again as soon as they are renewed.
    ///
    /// A `credential:` token is not watched: it is a copy that systemd makes when the unit starts.
    ///
    /// - Parameter onRenewal: Called when a new token is in force.
    func watchTokens(logger: Logger, onRenewal: @escaping @Sendable () -> Void) {
        let versions = Mutex(tokenVersions())
        let watch = TokenWatch(logger: logger) { [weak self] in
            guard let self else { return }
            let fresh = readTokens()
            // A request may have read the new token first, for its own hub only.
            let isNew = versions.withLock { versions in
                defer { versions = fresh }
                return fresh.contains { versions[$0.key] != $0.value }
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
        // Reads tokens that were renewed before the watch began.
        _ = readTokens()
    }

    /// Reads the files again; if one is empty, incomplete or missing, its old token stays in force.
    private func readTokens() -> [String: Int] {
        let (tokens, followed) = shared.withLock { ($0.tokens, $0.followed) }
        for path in followed { _ = try? tokens[path]?.object?.reload() }
        return tokenVersions()
    }

    private func tokenVersions() -> [String: Int] {
        shared.withLock { $0.tokens }.compactMapValues { $0.object?.version }
    }

    /// Returns a hub's client.
    ///
    /// The caller must keep the only strong reference.
    package func client(
        for hub: Configuration.Hub,
        name: String,
        source: String
    ) throws(ConfigurationError) -> SecretsClient {
        let path = try hub.token.path()
        let key = Key(
            name: name,
            configuration: .init(
                endpoint: hub.endpoint,
                socket: hub.socket,
                context: hub.context,
                timeout: hub.timeout,
                certificateAuthorities: hub.certificateAuthorities,
                maxInFlight: hub.maxInFlight,
                rate: hub.rateLimit
            ),
            authoritiesVersion: hub.certificateAuthorities.flatMap(FileVersion.init),
            token: path
        )
        let (client, token) = shared.withLock { $0.client(key) }
        do {
            _ = try token.reload()
        } catch let error as AccessToken.Invalid {
            throw ConfigurationError(source: source, message: "hubs.\(name).token: \(path): \(error)")
        } catch {
            throw ConfigurationError(source: source, message: "hubs.\(name).token: \(error)")
        }
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

    /// Cancels all waits for a permit, so that nothing more is sent.
    package func closeLimiters() {
        for client in shared.withLock({ $0.liveClients }) { client.close() }
    }

    /// Closes all connections; nothing can be sent afterwards.
    package func shutdown() async {
        let clients = shared.withLock { shared in
            shared.watch = nil
            return shared.liveClients
        }
        for client in clients { await client.shutdown() }
    }
}
