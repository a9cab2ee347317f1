import AIHubClient
import NIOCore
import NIOHTTP1
import RotationCore
import TestSupport
import Testing

/// After a 401 the token file is read again, once.
@Suite(.timeLimit(.minutes(5)))
struct TokenRenewalTests {
    /// A hub that accepts one token.
    private static func hub(accepting token: String) -> ScriptedHub {
        ScriptedHub { request in
            request.headers["authorization"] == ["Bearer \(token)"]
                ? .answer(200, body: #"{"secrets":[]}"#) : .answer(401)
        }
    }

    private func list(_ hub: ScriptedHub, renewing token: String?) async throws {
        try await hub.serve { address in
            try await withClient("http://\(address)/api") { client, folder in
                // The client has read its first token before the file changes.
                _ = try? await client.list(alias: nil, workspace: nil)
                if let token { try folder.write(token, to: "token") }
                _ = try await client.list(alias: nil, workspace: nil)
            }
        }
    }

    @Test func changedTokenIsTriedOnce() async throws {
        let hub = Self.hub(accepting: "token-2")
        try await list(hub, renewing: "token-2\r\n")
        let tokens = hub.requests.map { $0.headers.first(name: "authorization") == "Bearer token-2" }
        #expect(tokens == [false, false, true])
    }

    @Test func unchangedTokenIsNotTriedAgain() async throws {
        let hub = Self.hub(accepting: "token-2")
        let error = try await hubError { try await list(hub, renewing: nil) }
        #expect(error == HubError(.unauthorized, status: 401))
        #expect(hub.requests.count == 2)
    }

    @Test func changedTokenThatIsRefusedTooEndsIt() async throws {
        let hub = Self.hub(accepting: "token-3")
        let error = try await hubError { try await list(hub, renewing: "token-2") }
        #expect(error == HubError(.unauthorized, status: 401))
        #expect(hub.requests.count == 3)
    }

    /// Whether a look for a new token finds one: once for each token that the hub has not refused.
    @Test func newTokenIsFoundOnce() async throws {
        let hub = Self.hub(accepting: "token-3")
        try await hub.serve { address in
            try await withClient("http://\(address)/api") { client, folder in
                // Nothing is known yet: it may have been renewed while no daemon ran.
                #expect(await client.hasNewToken())
                #expect(await !client.hasNewToken())
                _ = try? await client.list(alias: nil, workspace: nil)
                #expect(await !client.hasNewToken())
                try folder.write("token-2", to: "token")
                #expect(await client.hasNewToken())
                #expect(await !client.hasNewToken())
                _ = try? await client.list(alias: nil, workspace: nil)
                #expect(await !client.hasNewToken())
                for text in ["", "two words", "token-2\n"] {
                    try folder.write(text, to: "token")
                    #expect(await !client.hasNewToken(), "\(text)")
                }
                try folder.write("token-1", to: "token")
                #expect(await client.hasNewToken())
                try folder.write("token-3", to: "token")
                _ = try await client.list(alias: nil, workspace: nil)
            }
        }
    }

    /// One hub's look takes nothing away from the other's.
    @Test func tokenOfTwoHubsIsNewForBoth() async throws {
        let hub = Self.hub(accepting: "token-2")
        try await hub.serve { address in
            try await withClients("http://\(address)/api") { first, second, folder in
                for client in [first, second] { _ = try? await client.list(alias: nil, workspace: nil) }
                try folder.write("token-2", to: "token")
                #expect(await first.hasNewToken())
                #expect(await second.hasNewToken())
                #expect(await !first.hasNewToken())
            }
        }
    }

    @Test func unreadableFileLeavesTheOldTokenInForce() async throws {
        let hub = Self.hub(accepting: "token-1")
        try await list(hub, renewing: "two words")
        #expect(hub.requests.count == 2)
    }

    @Test func repeatedRequestHasTheSameBody() async throws {
        let hub = Self.hub(accepting: "token-2")
        try await hub.serve { address in
            try await withClient("http://\(address)/api") { client, folder in
                _ = try? await client.list(alias: nil, workspace: nil)
                try folder.write("token-2", to: "token")
                let value = try secret("v\"\u{1F511}")
                _ = try await client.update(SecretUpdate(alias: try alias("db"), value: value))
            }
        }
        let bodies = hub.requests.filter { $0.method == "PATCH" }.map(\.body)
        try #require(bodies.count == 2)
        let isSame = bodies[0] == bodies[1] && bodies[0].readableBytes > 0
        #expect(isSame)
    }

    /// Two requests are under way with the old token when it is replaced: the one that reads the file second finds the
    /// new token in memory already, and must try it all the same.
    @Test func requestsUnderWayAllTryTheNewToken() async throws {
        let old = Barrier(count: 4)
        let hub = ScriptedHub { request in
            if request.headers["authorization"] == ["Bearer token-2"] { return .answer(200, body: #"{"secrets":[]}"#) }
            await old.wait()
            return .answer(401)
        }
        let failures = try await hub.serve { address in
            try await withClient("http://\(address)/api") { client, folder in
                let tasks = (0..<4).map { _ in Task { try await client.list(alias: nil, workspace: nil) } }
                await old.waitForAll()
                try folder.write("token-2", to: "token")
                old.open()
                var failures = 0
                for task in tasks {
                    if case .failure = await task.result { failures += 1 }
                }
                return failures
            }
        }
        #expect(failures == 0)
    }
}
