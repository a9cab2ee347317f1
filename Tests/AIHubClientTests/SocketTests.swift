import AIHubClient
import NIOHTTP1
import NIOSSL
import RotationCore
import TestSupport
import Testing

/// A hub behind a proxy on a Unix socket: TLS goes through it, and the hub's name is checked.
@Suite(.timeLimit(.minutes(5)))
struct SocketTests {
    private static func update(_ client: SecretsClient) async throws -> Receipt {
        let value = try secret("v")
        return try await client.update(SecretUpdate(alias: try alias("db"), value: value))
    }

    /// Serves behind a socket with a certificate for `name`, as `localhost`.
    ///
    /// - Parameter isTrusted: Whether the client trusts that certificate.
    private static func withHub<T>(
        for name: String = "DNS:localhost",
        isTrusted: Bool = true,
        answering reply: ScriptedHub.Reply = .answer(200),
        _ body: (SecretsClient, ScriptedHub, _ authority: String) async throws -> T
    ) async throws -> T {
        try await TemporaryFolder.with { folder in
            let certificate = try await Certificate(for: name, in: folder)
            let hub = ScriptedHub(tls: try certificate.serverContext()) { _ in reply }
            var options = ClientOptions(certificateAuthorities: isTrusted ? certificate.certificateFile : nil)
            options.socket = folder.file("hub-1.sock")
            return try await hub.serve { address in
                let port = try #require(address.split(separator: ":").last.flatMap { Int($0) })
                let authority = "localhost:\(port)"
                return try await SocketRelay.serve(folder.file("hub-1.sock"), to: port) {
                    try await withClient("https://\(authority)/api", options) { client, _ in
                        try await body(client, hub, authority)
                    }
                }
            }
        }
    }

    @Test func requestNamesTheHub() async throws {
        try await Self.withHub { client, hub, authority in
            for _ in 0..<3 { _ = try await Self.update(client) }
            let request = try #require(hub.requests.last)
            #expect(hub.requests.count == 3)
            #expect(request.headers["Host"] == [authority])
            #expect(request.uri == "/api/v2/aihub/secrets" && request.method == "PATCH")
        }
    }

    @Test(arguments: [("DNS:hub.example", true), ("IP:127.0.0.1", true), ("DNS:localhost", false)])
    func otherCertificateIsRefusedBeforeTheRequest(name: String, isTrusted: Bool) async throws {
        let (error, count) = try await Self.withHub(for: name, isTrusted: isTrusted) { client, hub, _ in
            (try await hubError { try await Self.update(client) }, hub.requests.count)
        }
        #expect(error == HubError(.tls))
        #expect(error.effect == .none)
        #expect(count == 0)
    }

    @Test func statusBelow100IsMalformed() async throws {
        let answer = "HTTP/1.1 099 X\r\nContent-Length: 0\r\n\r\n"
        let error = try await Self.withHub(answering: .bytes(answer)) { client, _, _ in
            try await hubError { try await Self.update(client) }
        }
        #expect(error == HubError(.malformed, status: 99))
    }

    /// The request has arrived, so the hub may hold the new value.
    @Test(arguments: ["broken record", "closed"])
    func errorAfterTheRequestTellsNothingAboutTheEffect(how: String) async throws {
        let reply: ScriptedHub.Reply = how == "closed" ? .close : .brokenTLS
        let (error, count) = try await Self.withHub(answering: reply) { client, hub, _ in
            (try await hubError { try await Self.update(client) }, hub.requests.count)
        }
        #expect(count == 1)
        #expect(error == HubError(.connectionLost))
    }

    @Test func serverWithoutTLSIsATLSError() async throws {
        try await TemporaryFolder.with { folder in
            let hub = ScriptedHub { _ in .answer(200) }
            var options = ClientOptions()
            options.socket = folder.file("s")
            let error = try await hub.serve { address in
                let port = try #require(address.split(separator: ":").last.flatMap { Int($0) })
                return try await SocketRelay.serve(folder.file("s"), to: port) {
                    try await withClient("https://localhost/api", options) { client, _ in
                        try await hubError { try await Self.update(client) }
                    }
                }
            }
            #expect(error == HubError(.tls))
            #expect(hub.requests.isEmpty)
        }
    }

    /// A proxy that is not there is no answer of the hub: nothing was sent.
    @Test func missingSocketIsAFailedConnection() async throws {
        try await TemporaryFolder.with { folder in
            var options = ClientOptions()
            options.socket = folder.file("none")
            let error = try await withClient("https://localhost/api", options) { client, _ in
                try await hubError { try await Self.update(client) }
            }
            #expect(error == HubError(.connectionFailed))
            #expect(error.effect == .none)
        }
    }

    /// A sandbox for tests, say.
    @Test func plainHubOnLoopbackNeedsNoTLS() async throws {
        try await TemporaryFolder.with { folder in
            let hub = ScriptedHub { _ in .answer(200) }
            var options = ClientOptions()
            options.socket = folder.file("s")
            try await hub.serve { address in
                let port = try #require(address.split(separator: ":").last.flatMap { Int($0) })
                try await SocketRelay.serve(folder.file("s"), to: port) {
                    try await withClient("http://127.0.0.1/api", options) { client, _ in
                        _ = try await Self.update(client)
                    }
                }
            }
            #expect(hub.requests.map { $0.headers["Host"] } == [["127.0.0.1"]])
        }
    }
}
