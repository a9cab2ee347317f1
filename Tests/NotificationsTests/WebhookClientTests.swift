import Glibc
import TestSupport
import Testing

@testable import Notifications

/// Messages over HTTP: to the host that was checked, and to no other.
@Suite(.timeLimit(.minutes(5)))
struct WebhookClientTests {
    /// A name service with one answer.
    private struct Names: HostResolver {
        let texts: [String]

        func addresses(of host: String) async throws -> [IPAddress] { texts.compactMap { IPAddress($0) } }
    }

    private static let message = Array("{\"a\":1}\n".utf8)

    private static func failure(_ client: WebhookClient) async -> DeliveryFailure? {
        do throws(DeliveryFailure) {
            try await client.deliver(message)
            return nil
        } catch {
            return error
        }
    }

    private static func client(
        _ url: String,
        _ addresses: [String] = ["127.0.0.1"],
        authorities: String? = nil,
        token: (@Sendable () throws -> String)? = nil,
        timeout: Duration = .seconds(30)
    ) throws -> WebhookClient {
        WebhookClient(
            url: try WebhookURL(url),
            authorities: authorities,
            token: token,
            resolver: Names(texts: addresses),
            timeout: timeout,
            version: "1"
        )
    }

    /// The host has a name that no name service knows: the connection goes to the address that was checked, and the certificate is
    /// for the name.
    @Test(arguments: ["hook.test", "Hook.Test"])
    func messageIsPostedOverTLSToTheCheckedAddress(host: String) async throws {
        try await TemporaryFolder.with { folder async throws in
            let certificate = try await Certificate(for: "DNS:hook.test", in: folder)
            let server = WebhookServer(tls: try certificate.serverContext())
            try folder.write("t0ken\n", to: "token")
            try await server.serve { port async throws in
                let client = try Self.client(
                    "https://\(host):\(port)/hooks/1?key=k",
                    authorities: certificate.certificateFile,
                    token: { folder.file("token") }
                )
                #expect(await Self.failure(client) == nil)
            }
            let request = try #require(server.requests.first)
            #expect(server.requests.count == 1)
            #expect(request.hasPrefix("POST /hooks/1?key=k HTTP/1.1\r\n"))
            #expect(request.contains("uthorization: Bearer t0ken\r\n"), "\(request)")
            #expect(request.contains("ontent-Type: application/json\r\n"))
            #expect(server.bodies == ["{\"a\":1}\n"])
        }
    }

    /// A certificate for the very address that was checked is valid, too: so swift-nio-ssl judges.
    @Test(arguments: ["DNS:other.test", "IP:127.0.0.2"])
    func certificateForAnotherNameIsRefused(name: String) async throws {
        try await TemporaryFolder.with { folder async throws in
            let certificate = try await Certificate(for: name, in: folder)
            let server = WebhookServer(tls: try certificate.serverContext())
            try await server.serve { port async throws in
                let url = "https://hook.test:\(port)/"
                let failure = await Self.failure(try Self.client(url, authorities: certificate.certificateFile))
                guard case .unreachable = failure else {
                    Issue.record("\(String(describing: failure))")
                    return
                }
            }
            #expect(server.requests.isEmpty)
        }
    }

    @Test func authorityThatIsNotKnownIsRefused() async throws {
        try await TemporaryFolder.with { folder async throws in
            let certificate = try await Certificate(for: "DNS:hook.test", in: folder)
            let server = WebhookServer(tls: try certificate.serverContext())
            try await server.serve { port async throws in
                #expect(try await Self.failure(Self.client("https://hook.test:\(port)/")) != nil)
            }
            #expect(server.requests.isEmpty)
        }
    }

    @Test(arguments: [301, 302, 303, 307, 308])
    func redirectIsNotFollowed(status: Int) async throws {
        let other = WebhookServer()
        try await other.serve { otherPort in
            let head = "Location: http://127.0.0.1:\(otherPort)/\r\n"
            let server = WebhookServer { _ in .status(status, head: head) }
            try await server.serve { port async throws in
                #expect(try await Self.failure(Self.client("http://localhost:\(port)/")) == .status(status))
            }
            #expect(server.requests.count == 1)
        }
        #expect(other.requests.isEmpty)
    }

    @Test(arguments: [400, 401, 404, 429, 500, 503])
    func anotherStatusIsAFailure(status: Int) async throws {
        let server = WebhookServer { _ in .status(status) }
        try await server.serve { port async throws in
            #expect(try await Self.failure(Self.client("http://localhost:\(port)/")) == .status(status))
        }
    }

    /// A status below 100 would end the process inside of the HTTP client.
    @Test(arguments: [
        "HTTP/1.1 099 X\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 000 X\r\n\r\n", "HTTP/1.1 1000 X\r\n\r\n",
        "HTTP/1.1 -10 X\r\n\r\n", "no http\r\n\r\n", "",
    ])
    func strangeAnswerIsAFailure(answer: String) async throws {
        let server = WebhookServer { _ in .bytes(answer) }
        try await server.serve { port async throws in
            let failure = await Self.failure(try Self.client("http://localhost:\(port)/"))
            guard case .unreachable = failure else {
                Issue.record("\(String(describing: failure))")
                return
            }
        }
    }

    /// An informational answer is followed by another one.
    @Test(arguments: [100, 102, 103, 199])
    func informationalStatusIsNoAnswer(status: Int) async throws {
        let head = "HTTP/1.1 \(status) X\r\n"
        let answers: [(String, DeliveryFailure?)] = [
            ("\r\nHTTP/1.1 204 X\r\nConnection: close\r\n\r\n", nil),
            ("\r\nHTTP/1.1 500 X\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", .status(500)),
            ("\r\n", .unreachable("no connection, or it was lost")),
        ]
        for (rest, expected) in answers {
            let server = WebhookServer { _ in .bytes(head + rest) }
            try await server.serve { port async throws in
                #expect(try await Self.failure(Self.client("http://localhost:\(port)/")) == expected, "\(rest)")
            }
        }
    }

    @Test func anotherProtocolIsNoDelivery() async throws {
        let server = WebhookServer { _ in .bytes("HTTP/1.1 101 X\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n") }
        try await server.serve { port async throws in
            #expect(try await Self.failure(Self.client("http://localhost:\(port)/")) == .status(101))
        }
    }

    private static let refused: [([String], DeliveryFailure)] = [
        ([], .unresolved),
        (["169.254.169.254"], .refused(IPAddress(bytes: [169, 254, 169, 254]), .linkLocal)),
        // One bad address among good ones is enough.
        (["127.0.0.1", "169.254.169.254"], .refused(IPAddress(bytes: [169, 254, 169, 254]), .linkLocal)),
        (["0.0.0.0"], .refused(IPAddress(bytes: [0, 0, 0, 0]), .unspecified)),
    ]

    @Test(arguments: refused)
    func hostWithARefusedAddressGetsNothing(addresses: [String], expected: DeliveryFailure) async throws {
        let server = WebhookServer()
        try await server.serve { port async throws in
            let client = try Self.client("https://hook.test:\(port)/", addresses)
            #expect(await Self.failure(client) == expected)
            await #expect(throws: expected) { try await client.check() }
        }
        #expect(server.requests.isEmpty)
    }

    @Test func plainHTTPGoesToThisMachineOnly() async throws {
        let failure = await Self.failure(try Self.client("http://localhost:9/", ["127.0.0.1", "10.0.0.1"]))
        #expect(failure == .notLoopback(IPAddress(bytes: [10, 0, 0, 1])))
    }

    @Test func nextAddressIsTried() async throws {
        let server = WebhookServer()
        try await server.serve { port async throws in
            #expect(
                await Self.failure(try Self.client("http://localhost:\(port)/", ["127.0.0.2", "127.0.0.1"])) == nil
            )
        }
        #expect(server.requests.count == 1)
    }

    @Test func receiverThatDoesNotAnswerIsLeft() async throws {
        let server = WebhookServer { _ in .silence }
        try await server.serve { port async throws in
            let client = try Self.client("http://localhost:\(port)/", timeout: .milliseconds(300))
            #expect(await Self.failure(client) == .timedOut)
        }
        #expect(server.requests.count == 1)
    }

    @Test func tokenThatCannotBeReadIsNotLeftOut() async throws {
        let server = WebhookServer()
        try await server.serve { port async throws in
            let client = try Self.client("http://localhost:\(port)/", token: { "/nonexistent/token" })
            guard case .token = await Self.failure(client) else {
                Issue.record("it was sent")
                return
            }
        }
        #expect(server.requests.isEmpty)
    }

    /// The environment of many hosts names a proxy: it would see the message, and choose the address.
    @Test func proxyOfTheEnvironmentIsNotUsed() async throws {
        let names = ["http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"]
        for name in names { setenv(name, "http://127.0.0.1:1", 1) }
        defer { for name in names { unsetenv(name) } }
        let server = WebhookServer()
        try await server.serve { port async throws in
            #expect(try await Self.failure(Self.client("http://localhost:\(port)/")) == nil)
        }
        #expect(server.requests.count == 1)
    }
}
