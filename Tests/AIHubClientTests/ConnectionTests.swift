import AIHubClient
import RotationCore
import SandboxHub
import TestSupport
import Testing

/// Connections that fail, break or stay silent.
@Suite(.timeLimit(.minutes(5)))
struct ConnectionTests {
    private static func update(_ client: SecretsClient) async throws -> HubError {
        let value = try secret("new")
        return try await hubError {
            try await client.update(SecretUpdate(alias: try alias("db_password"), value: value))
        }
    }

    @Test(arguments: [(SandboxFault.Effect.dropBefore, false), (.dropAfter, true)])
    func brokenConnectionTellsNothingAboutTheEffect(effect: SandboxFault.Effect, isApplied: Bool) async throws {
        let (error, applied, count) = try await withSandboxClient { client, hub in
            hub.inject([SandboxFault(effect)])
            let error = try await Self.update(client)
            return (error, hub.value(of: "db_password") == "new", hub.received.count)
        }
        #expect(error == HubError(.connectionLost))
        #expect(error.effect == .unknown)
        #expect(applied == isApplied)
        #expect(count == 1)
    }

    @Test func connectionIsUsableAfterABreak() async throws {
        let status = try await withSandboxClient { client, hub in
            hub.inject([SandboxFault(.dropBefore)])
            _ = try await Self.update(client)
            return try await client.update(SecretUpdate(alias: try alias("db_password"), description: "d")).status
        }
        #expect(status == 200)
    }

    @Test func silenceTimesOutAndNotBeforeItsTime() async throws {
        let hub = ScriptedHub { _ in .silence }
        // Long enough for a connection on a busy machine: one that is not made in time is another class.
        let options = ClientOptions(timeout: .seconds(2))
        let (error, elapsed) = try await hub.serve { address in
            try await withClient("http://\(address)/api", options) { client, _ in
                let start = ContinuousClock.now
                return (try await Self.update(client), ContinuousClock.now - start)
            }
        }
        #expect(error == HubError(.timedOut))
        #expect(error.effect == .unknown)
        // How much later depends on the machine; the suite's time limit ends what hangs.
        #expect(elapsed >= .milliseconds(1900))
        #expect(hub.requests.count == 1)
    }

    @Test func answerThatIsTooLateTimesOut() async throws {
        let error = try await withSandboxClient(ClientOptions(timeout: .seconds(30))) { client, hub in
            // The connection stands before the clock runs: one that is not made in time is another class. The time-out is
            // the list's as well, so it is longer than a busy machine keeps a list waiting.
            _ = try await client.list(alias: nil, workspace: nil)
            hub.inject([SandboxFault(.slow, delay: 90_000)])
            return try await Self.update(client)
        }
        #expect(error == HubError(.timedOut))
    }

    @Test func delayWithinTheTimeOutIsNoError() async throws {
        let status = try await withSandboxClient { client, hub in
            hub.inject([SandboxFault(.slow, delay: 50)])
            return try await client.delete(try alias("db_password")).status
        }
        #expect(status == 200)
    }

    /// An address and a name fail in different ways.
    @Test(arguments: ["127.0.0.1", "localhost"])
    func refusedConnectionHadNoEffect(host: String) async throws {
        let port = try ReservedPort()
        let root = "http://\(host):\(port.number)/api"
        let error = try await withClient(root) { client, _ in try await Self.update(client) }
        withExtendedLifetime(port) {}
        #expect(error == HubError(.connectionFailed))
        #expect(error.effect == .none)
    }

    @Test func cancellationIsOneClass() async throws {
        let (arrived, arrive) = AsyncStream.makeStream(of: Void.self)
        let hub = ScriptedHub { _ in
            arrive.finish()
            return .silence
        }
        let error = try await hub.serve { address in
            try await withClient("http://\(address)/api") { client, _ in
                let task = Task { try await Self.update(client) }
                for await _ in arrived {}
                task.cancel()
                return try await task.value
            }
        }
        #expect(error == HubError(.cancelled))
        #expect(error.effect == .unknown)
    }

    @Test(arguments: ["missing", "empty", "two words", "readable by others"])
    func unusableTokenFileSendsNothing(token: String) async throws {
        let hub = ScriptedHub { _ in .answer(200) }
        let error = try await hub.serve { address in
            try await withClient("http://\(address)/api") { client, folder in
                try spoil(folder, token)
                return try await Self.update(client)
            }
        }
        #expect(error == HubError(.noToken))
        #expect(error.effect == .none)
        #expect(hub.requests.count == 0)
    }
}
