import AIHubClient
import Foundation
import RotationConfiguration
import RotationCore
import RotationEngine
import Synchronization
import TestSupport
import Testing

@testable import RotationDaemon

/// The clients of all hubs, over changes of the configuration.
@Suite(.timeLimit(.minutes(5)))
struct HubClientsTests {
    /// Runs a closure with clients, and closes them.
    private static func withClients(_ body: (HubClients) async throws -> Void) async throws {
        let clients = HubClients()
        let result: Result<Void, any Error>
        do {
            result = .success(try await body(clients))
        } catch {
            result = .failure(error)
        }
        await clients.shutdown()
        try result.get()
    }

    /// The classes of errors that lists of hubs meet.
    private static func failures(of hubs: [String: Engine.Hub]) async -> [HubError.Kind] {
        var kinds: [HubError.Kind] = []
        for hub in hubs.values {
            do {
                _ = try await hub.api.list(alias: nil, workspace: nil)
            } catch {
                kinds.append(error.kind)
            }
        }
        return kinds
    }

    @Test func hubsAreAsConfigured() async throws {
        try await withDaemonFolder { files, _ in
            let hubs = files.hub("h").replacing("timeout: 60s", with: "timeout: 60s, max_in_flight: 3, confirm: false")
            try files.configure(hubs: hubs)
            try await Self.withClients { clients in
                let hubs = try clients.hubs(of: files.configuration())
                #expect(hubs.keys.sorted() == ["h"])
                #expect(hubs["h"]?.maxInFlight == 3)
                #expect(hubs["h"]?.confirm == false)
                #expect(await Self.failures(of: hubs) == [])
            }
        }
    }

    /// Clients that were made before a reload use the new token too: requests are under way with them.
    @Test func newTokenReachesOlderClients() async throws {
        try await withDaemonFolder { files, _ in
            try files.folder.write("token-0", to: "token")
            try await Self.withClients { clients in
                let configuration = try files.configuration()
                let old = try clients.hubs(of: configuration)
                #expect(await Self.failures(of: old) == [.unauthorized])
                try files.folder.write("token-1", to: "token")
                let new = try clients.hubs(of: configuration)
                #expect(await Self.failures(of: old) + Self.failures(of: new) == [])
            }
        }
    }

    /// Where one hub's token can't be read, nothing is changed: the others keep theirs.
    @Test func tokensAreTakenOverTogetherOrNotAtAll() async throws {
        try await withDaemonFolder { files, _ in
            let names = (0..<20).map { "h\($0)" }
            for name in names + ["bad"] { try files.folder.write("token-1", to: name) }
            let hubs = (names + ["bad"]).map { files.hub($0, token: $0) }.joined(separator: "\n  ")
            try files.configure(hubs: hubs)
            try await Self.withClients { clients in
                let configuration = try files.configuration()
                let hubs = try clients.hubs(of: configuration)
                for name in names { try files.folder.write("token-0", to: name) }
                try FileManager.default.removeItem(atPath: files.folder.file("bad"))
                let error = #expect(throws: ConfigurationError.self) { try clients.hubs(of: configuration) }
                #expect(error?.issues.map(\.message).allSatisfy { $0.hasPrefix("hubs.bad.token: ") } == true)
                #expect(await Self.failures(of: hubs) == [])
            }
        }
    }

    /// A token is read again once its file is renewed; after a reload, that of the file that is configured then.
    @Test func renewedTokenIsReadWithoutARequest() async throws {
        try await withDaemonFolder { files, _ in
            // Folders of their own, in which nothing else happens.
            for name in ["first", "second"] {
                let folder = files.folder.file(name)
                try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
                try files.folder.write("token-0", to: "\(name)/token")
            }
            try files.configure(hubs: files.hub("h", token: "first/token"))
            try await Self.withClients { clients in
                let renewals = Mutex(0)
                var hubs = try clients.hubs(of: files.configuration())
                clients.watchTokens(logger: silent) { renewals.withLock { $0 += 1 } }
                try files.folder.write("token-2", to: "first/token")
                try await eventually("it is read", within: .seconds(30)) { renewals.withLock { $0 } == 1 }
                try files.configure(hubs: files.hub("h", token: "second/token"))
                hubs = try clients.hubs(of: files.configuration())
                // None of these is another token of the file that is configured now; what comes after them is.
                for text in ["token-0\n", "", "two words"] { try files.folder.write(text, to: "second/token") }
                try files.folder.write("token-1", to: "second/token")
                try await eventually("it is read", within: .seconds(30)) { renewals.withLock { $0 } == 2 }
                withExtendedLifetime(hubs) {}
            }
        }
    }

    /// A reload reads authorities again, be the file written anew or replaced; older clients keep what they trusted.
    @Test(arguments: [true, false])
    func changedAuthoritiesAreReadOnReload(isReplaced: Bool) async throws {
        try await withDaemonFolder { files, _ in
            let folder = files.folder
            let other = try await Certificate(for: "IP:127.0.0.1", in: folder, file: "other")
            let served = try await Certificate(for: "IP:127.0.0.1", in: folder, file: "served")
            try FileManager.default.copyItem(atPath: other.certificateFile, toPath: folder.file("ca.pem"))
            try await EmptyTLSHub.serve(served.serverContext()) { port in
                let hub = files.hub("h").replacing(
                    #/"http:.*?"/#,
                    with: "\"https://127.0.0.1:\(port)/api\", ca_file: \"\(folder.file("ca.pem"))\""
                )
                try files.configure(hubs: hub)
                try await Self.withClients { clients in
                    let configuration = try files.configuration()
                    let old = try clients.hubs(of: configuration)
                    #expect(await Self.failures(of: old) == [.tls])
                    if isReplaced { try FileManager.default.removeItem(atPath: folder.file("ca.pem")) }
                    try folder.write(try folder.read("served.pem"), to: "ca.pem")
                    let new = try clients.hubs(of: configuration)
                    #expect(await Self.failures(of: new) == [])
                    try folder.write(try folder.read("other.pem"), to: "ca.pem")
                    let last = try clients.hubs(of: configuration)
                    #expect(await Self.failures(of: last) == [.tls])
                    #expect(await Self.failures(of: new) == [])
                }
            }
        }
    }

    @Test func credentialWithoutDirectoryIsNamed() async throws {
        try await withDaemonFolder { files, _ in
            let hub = files.hub("h").replacing(#/file:[^"]*/#, with: "credential:aihub-token")
            try files.configure(hubs: hub)
            try await Self.withClients { clients in
                let error = #expect(throws: ConfigurationError.self) { try clients.hubs(of: files.configuration()) }
                #expect(
                    error?.description.hasPrefix("credential:aihub-token: $CREDENTIALS_DIRECTORY is not set") == true
                )
            }
        }
    }

    /// Runs a closure with clients of a hub that counts its connections; the closure configures it.
    private static func withCountingHub(
        _ body:
            @escaping @Sendable (
                CountingHub, HubClients, _ hubs: ([String: String]) throws -> [String: Engine.Hub]
            ) async throws -> Void
    ) async throws {
        try await withDaemonFolder { files, _ in
            try files.folder.write("token-2", to: "other")
            let hub = CountingHub()
            try await hub.serve { port in
                try await withClients { clients in
                    try await body(hub, clients) { keys in
                        var keys = keys
                        keys["url"] = "\"http://127.0.0.1:\(port)/api\""
                        if keys["token"] != nil { keys["token"] = "\"file:\(files.folder.file("other"))\"" }
                        try files.configure(hubs: files.hub("h", keys))
                        return try clients.hubs(of: files.configuration())
                    }
                }
            }
        }
    }

    /// Its connections, requests in flight and rate go on; what concerns the engine alone changes no client.
    @Test func hubThatHasNotChangedKeepsItsClient() async throws {
        try await Self.withCountingHub { hub, clients, hubs in
            let old = try hubs([:])
            #expect(await Self.failures(of: old) == [])
            let new = try hubs(["confirm": "false", "late_hold": "1h"])
            #expect(await Self.failures(of: new) == [])
            let isSame = Self.client(of: old) === Self.client(of: new)
            #expect(isSame)
            #expect(clients.count == 1)
            #expect(hub.opened == 1)
        }
    }

    /// The old one is used until its last user has let go of it; then its connections are closed.
    @Test(arguments: [
        ["timeout": "6s"], ["max_in_flight": "3"], ["rate_limit": "7/s"], ["context": "other"], ["token": "other"],
    ])
    func replacedClientIsClosedOnceNothingUsesIt(change: [String: String]) async throws {
        try await Self.withCountingHub { hub, clients, hubs in
            var old = try hubs([:])
            #expect(await Self.failures(of: old) == [])
            for _ in 0..<3 {
                let new = try hubs(change)
                #expect(await Self.failures(of: new) + Self.failures(of: old) == [])
                old = new
            }
            #expect(clients.count == 1)
            #expect(hub.opened == 2)
            try await eventually("the old connection is closed") { hub.open == 1 }
            #expect(await Self.failures(of: old) == [])
            #expect(hub.opened == 2)
        }
    }

    private static func client(of hubs: [String: Engine.Hub]) -> SecretsClient? { hubs["h"]?.api as? SecretsClient }
}
