import AIHubClient
import NIOSSL
import RotationCore
import TestSupport
import Testing

/// HTTPS against servers that are not, or not quite, what they should be.
@Suite(.timeLimit(.minutes(5)))
struct TLSTests {
    private static func update(_ client: SecretsClient) async throws -> Receipt {
        let value = try secret("v")
        return try await client.update(SecretUpdate(alias: try alias("db"), value: value))
    }

    /// Serves with a certificate for `name`, and runs a closure with a client that trusts it, if it is to.
    private func withTLS<T>(
        for name: String = "IP:127.0.0.1",
        trusted: Bool = true,
        answering reply: ScriptedHub.Reply = .answer(200),
        _ body: (SecretsClient, ScriptedHub) async throws -> T
    ) async throws -> T {
        try await TemporaryFolder.with { folder in
            let certificate = try await Certificate(for: name, in: folder)
            let hub = ScriptedHub(tls: try certificate.serverContext()) { _ in reply }
            let options = ClientOptions(certificateAuthorities: trusted ? certificate.certificateFile : nil)
            return try await hub.serve { address in
                try await withClient("https://\(address)/api", options) { client, _ in try await body(client, hub) }
            }
        }
    }

    @Test func certificateFromTheFileIsTrusted() async throws {
        let receipt = try await withTLS { client, _ in try await Self.update(client) }
        #expect(receipt.status == 200)
    }

    @Test func selfSignedCertificateIsNotTrusted() async throws {
        let (error, count) = try await withTLS(trusted: false) { client, hub in
            (try await hubError { try await Self.update(client) }, hub.requests.count)
        }
        #expect(error == HubError(.tls))
        #expect(error.effect == .none)
        #expect(count == 0)
    }

    @Test(arguments: ["IP:127.0.0.2", "DNS:hub.example"])
    func certificateForAnotherNameIsNotTrusted(name: String) async throws {
        let (error, count) = try await withTLS(for: name) { client, hub in
            (try await hubError { try await Self.update(client) }, hub.requests.count)
        }
        #expect(error == HubError(.tls))
        #expect(count == 0)
    }

    @Test func plainServerIsATLSError() async throws {
        let hub = ScriptedHub { _ in .answer(200) }
        let error = try await hub.serve { address in
            try await withClient("https://\(address)/api") { client, _ in
                try await hubError { try await Self.update(client) }
            }
        }
        #expect(error == HubError(.tls))
        #expect(hub.requests.count == 0)
    }

    @Test func missingAuthoritiesFileIsATLSError() async throws {
        let options = ClientOptions(certificateAuthorities: "/nonexistent/ca.pem")
        let hub = ScriptedHub { _ in .answer(200) }
        let error = try await hub.serve { address in
            try await withClient("https://\(address)/api", options) { client, _ in
                try await hubError { try await Self.update(client) }
            }
        }
        #expect(error == HubError(.tls))
        #expect(hub.requests.count == 0)
    }

    /// The request has arrived, so the hub may hold the new value, whatever becomes of the connection then.
    @Test(arguments: ["broken record", "closed"])
    func errorAfterTheRequestTellsNothingAboutTheEffect(how: String) async throws {
        let reply: ScriptedHub.Reply = how == "closed" ? .close : .brokenTLS
        let (error, count) = try await withTLS(answering: reply) { client, hub in
            (try await hubError { try await Self.update(client) }, hub.requests.count)
        }
        #expect(count == 1)
        #expect(error.effect == .unknown)
        #expect(error == HubError(.connectionLost))
    }

    /// What guards the HTTP client stands behind TLS, too.
    @Test(arguments: ["000", "010", "099"])
    func statusBelow100IsMalformed(status: String) async throws {
        let answer = "HTTP/1.1 \(status) X\r\nContent-Length: 0\r\n\r\n"
        let error = try await withTLS(answering: .bytes(answer)) { client, _ in
            try await hubError { try await Self.update(client) }
        }
        #expect(error == HubError(.malformed, status: Int(status)))
    }

    @Test(arguments: [(TLSVersion.tlsv1, false), (.tlsv11, false), (.tlsv12, true), (.tlsv13, true)])
    func oldVersionsAreRefused(newest: TLSVersion, isAccepted: Bool) async throws {
        let (kind, count) = try await TemporaryFolder.with { folder in
            let certificate = try await Certificate(for: "IP:127.0.0.1", in: folder)
            let hub = ScriptedHub(tls: try certificate.serverContext(newest: newest)) { _ in .answer(200) }
            let options = ClientOptions(certificateAuthorities: certificate.certificateFile)
            return try await hub.serve { address in
                try await withClient("https://\(address)/api", options) { client, _ in
                    (await Self.failure(client), hub.requests.count)
                }
            }
        }
        #expect(kind == (isAccepted ? nil : .tls))
        #expect(count == (isAccepted ? 1 : 0))
    }

    private static func failure(_ client: SecretsClient) async -> HubError.Kind? {
        do {
            _ = try await update(client)
            return nil
        } catch {
            return (error as? HubError)?.kind
        }
    }
}
