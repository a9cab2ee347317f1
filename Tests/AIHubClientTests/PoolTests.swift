import AIHubClient
import RotationCore
import TestSupport
import Testing

/// How many connections a client opens.
@Suite(.timeLimit(.minutes(5)))
struct PoolTests {
    /// Sends lists, all at once.
    private static func list(_ count: Int, _ client: SecretsClient) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<count { group.addTask { _ = try await client.list(alias: nil, workspace: nil) } }
            try await group.waitForAll()
        }
    }

    /// The hub answers none of them before all are there; the next wave finds the connections open.
    @Test(arguments: [1, 8, 20])
    func asManyConnectionsAsRequestsInFlightAndNoMore(maxInFlight: Int) async throws {
        let hub = CountingHub(wave: maxInFlight)
        let options = ClientOptions(maxInFlight: maxInFlight)
        try await hub.serve { port in
            try await withClient("http://127.0.0.1:\(port)/api", options) { client, _ in
                try await Self.list(maxInFlight, client)
                try await Self.list(maxInFlight * 3, client)
            }
        }
        #expect(hub.opened == maxInFlight)
    }

    @Test func oneRequestOpensOneConnection() async throws {
        let hub = CountingHub()
        try await hub.serve { port in
            try await withClient("http://127.0.0.1:\(port)/api") { client, _ in
                for _ in 0..<3 { try await Self.list(1, client) }
            }
        }
        #expect(hub.opened == 1)
    }

    /// A permit holds its place until its request has ended, not only until it is sent.
    @Test func placeIsKeptWhileTheRequestIsUnderWay() async throws {
        let (arrived, arrive) = AsyncStream.makeStream(of: Void.self)
        let barrier = Barrier(count: 1)
        let hub = ScriptedHub { _ in
            arrive.yield()
            await barrier.wait()
            return .answer(200, body: #"{"secrets":[]}"#)
        }
        try await hub.serve { address in
            try await withClient("http://\(address)/api", ClientOptions(maxInFlight: 1)) { client, _ in
                let first = Task { try await client.list(alias: nil, workspace: nil) }
                for await _ in arrived { break }
                let second = Task.immediate { try await client.permit().end() }
                for _ in 0..<50 { await Task.yield() }
                second.cancel()
                await #expect(throws: HubError(.notSent)) { try await second.value }
                barrier.open()
                _ = try await first.value
                try await client.permit().end()
            }
        }
    }

    /// Whoever lets go of a client need not close it.
    @Test func connectionsOfAClientThatIsLetGoAreClosed() async throws {
        let hub = CountingHub()
        try await hub.serve { port in
            try await TemporaryFolder.with { folder in
                try folder.write("token-1", to: "token")
                var client: SecretsClient? = SecretsClient(
                    configuration: .init(
                        endpoint: try HubEndpoint("http://127.0.0.1:\(port)/api"),
                        context: nil,
                        timeout: .seconds(60),
                        certificateAuthorities: nil,
                        maxInFlight: 2,
                        rate: try unlimited()
                    ),
                    token: TokenFile(path: folder.file("token")),
                    version: "1"
                )
                _ = try await client?.list(alias: nil, workspace: nil)
                #expect(hub.open == 1)
                client = nil
                try await eventually("it is closed") { hub.open == 0 }
            }
        }
    }
}
