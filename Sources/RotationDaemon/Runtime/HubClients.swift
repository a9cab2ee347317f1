package import AIHubClient
import Glibc
import Logging
package import RotationConfiguration
import RotationCore
package import RotationEngine
import SecretMemory
import Synchronization

/// The clients and tokens of all hubs, for as long as the process lives.
///
/// A reload keeps the client of a hub that has not changed, with its connections, its requests in flight and its rate. One
/// that it replaces belongs to whoever still uses it: requests under way end with it, then its connections are closed.
package final class HubClients: Sendable {
    /// What a client is made of: as long as that is the same, it is the same client.
    private struct Key: Hashable {
        @Exact var name: String
        var configuration: SecretsClient.Configuration
        /// Which content of `ca_file`: a client trusts what the file held when it connected first.
        var authoritiesVersion: FileVersion?
        @Exact var token: String
    }

    private struct Shared {
        var clients: [Key: Weak<SecretsClient>] = [:]
        var tokens: [String: Weak<TokenFile>] = [:]
        /// The token files of the hubs that are configured now.
        var followed: Set<String> = []
        var watch: TokenWatch?

        var liveClients: [SecretsClient] { clients.values.compactMap(\.object) }

        /// The client that there is, or another one.
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

    /// A reference that keeps nothing alive.
    private struct Weak<Object: AnyObject & Sendable>: Sendable {
        weak var object: Object?
    }

    private let shared = Mutex(Shared())

    package init() {}

    /// How many clients there are, those that a reload has replaced included.
    var count: Int { shared.withLock { $0.liveClients.count } }

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
        // What was renewed before it was watched.
        _ = readTokens()
    }

    /// Reads the files again; one that is empty, half-written or gone leaves the token in force that it had.
    private func readTokens() -> [String: Int] {
        let (tokens, followed) = shared.withLock { ($0.tokens, $0.followed) }
        for path in followed { _ = try? tokens[path]?.object?.reload() }
        return tokenVersions()
    }

    private func tokenVersions() -> [String: Int] {
        shared.withLock { $0.tokens }.compactMapValues { $0.object?.version }
    }

    /// A hub's client; whoever asks keeps it, as nothing else does.
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

    /// Ends all waiting for a permit: what was not sent yet is not sent any more.
    package func closeGates() {
        for client in shared.withLock({ $0.liveClients }) { client.close() }
    }

    /// Closes all connections; nothing can be sent after it.
    package func shutdown() async {
        let clients = shared.withLock { shared in
            shared.watch = nil
            return shared.liveClients
        }
        for client in clients { await client.shutdown() }
    }
}
