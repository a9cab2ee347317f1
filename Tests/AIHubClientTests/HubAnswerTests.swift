import RotationCore
import TestSupport
import Testing

/// Answers that no HTTP server should send: each must end as an error, and the process must live.
@Suite(.timeLimit(.minutes(5)))
struct HubAnswerTests {
    private func update(answeredWith bytes: String) async throws -> HubError {
        let hub = ScriptedHub { _ in .bytes(bytes) }
        return try await hub.serve { address in
            try await withClient("http://\(address)/api") { client, _ in
                let value = try secret("v")
                return try await hubError {
                    try await client.update(SecretUpdate(alias: try alias("db"), value: value))
                }
            }
        }
    }

    /// See `status-below-100.txt`.
    @Test(arguments: ["000", "001", "010", "099"])
    func statusBelow100IsMalformedWithUnknownEffect(status: String) async throws {
        let error = try await update(answeredWith: "HTTP/1.1 \(status) X\r\nContent-Length: 0\r\n\r\n")
        #expect(error == HubError(.malformed, status: Int(status)))
        #expect(error.effect == .unknown)
    }

    /// What follows such a status is not read as an answer.
    @Test(arguments: [
        "Content-Length: 2\r\n\r\n{}", "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", "\r\n{}",
    ])
    func nothingAfterAStatusBelow100IsRead(rest: String) async throws {
        let next = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
        let error = try await update(answeredWith: "HTTP/1.1 042 X\r\n\(rest)\(next)")
        #expect(error == HubError(.malformed, status: 42))
    }

    @Test func statusOf101IsMalformed() async throws {
        let error = try await update(answeredWith: "HTTP/1.1 101 X\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n")
        #expect(error == HubError(.malformed, status: 101))
    }

    /// The long form is `Benchmarks hub-answers`.
    @Test func anyAnswerLeavesTheProcessAlive() async throws {
        let outcomes = try await HubAnswerRun(seed: 1, workers: 8).play(0..<1000)
        #expect(outcomes.values.reduce(0, +) == 1000)
        // Answers of each kind: one that fails before it is read would try nothing.
        #expect(outcomes["success", default: 0] > 50)
        #expect(outcomes["malformed", default: 0] > 50)
    }
}
