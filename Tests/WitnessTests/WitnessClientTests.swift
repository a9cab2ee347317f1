import NIOCore
import NIOPosix
import TestSupport
import Testing
import TransparencyLog

@testable import Witness

/// What a client makes of answers that are no witness's.
@Suite(.timeLimit(.minutes(5)))
struct WitnessClientTests {
    @Test(arguments: [
        ("http://witness.example.com", WitnessURL.Invalid.plainHTTP(host: "witness.example.com")),
        ("http://127.0.0.1.example.com", .plainHTTP(host: "127.0.0.1.example.com")),
        ("ftp://witness.example.com", .scheme), ("witness.example.com", .notAURL), ("https://", .notAURL),
        ("https://a b", .notAURL), ("https://w.example.com/?a", .extraParts), ("https://u@w.example.com", .extraParts),
        ("https://w.example.com:0", .notAURL), ("https://w.example.com/#a", .extraParts), ("", .notAURL),
    ])
    func otherURLsAreRefused(text: String, error: WitnessURL.Invalid) {
        #expect(throws: error) { try WitnessURL(text) }
    }

    @Test(arguments: [
        "https://witness.example.com", "https://witness.example.com:8443/w1", "http://127.0.0.1:7380",
        "http://localhost:1", "http://[::1]:2",
    ])
    func urlIsKeptWithoutItsLastSlash(text: String) throws {
        #expect(try WitnessURL(text + "/").description == text)
        #expect(try WitnessURL(text).addCheckpoint == text + "/add-checkpoint")
    }

    /// Sends an answer to whoever connects.
    private static func answering(
        _ answer: String?,
        timeout: Duration = .seconds(20),
        _ body: @escaping @Sendable (WitnessClient, WitnessURL) async throws -> Void
    ) async throws {
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(FixedAnswer(answer))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let client = WitnessClient(timeout: timeout, version: "test")
        let port = server.localAddress?.port ?? 0
        do { try await body(client, WitnessURL("http://127.0.0.1:\(port)")) } catch {
            await client.shutdown()
            try await server.close()
            throw error
        }
        await client.shutdown()
        try await server.close()
    }

    private static func answer(_ status: String, _ headers: String = "", _ body: String = "") -> String {
        "HTTP/1.1 \(status)\r\nContent-Length: \(body.utf8.count)\r\n\(headers)\r\n\(body)"
    }

    private static let answers: [(String, WitnessAnswer?)] = [
        (answer("307 Moved", "Location: http://127.0.0.1:1/\r\n"), .other(status: 307)),
        (answer("409 Conflict", "Content-Type: text/x.tlog.size\r\n", "12\n"), .conflict(size: 12)),
        (answer("409 Conflict", "", "12\n"), nil),
        (answer("409 Conflict", "Content-Type: text/x.tlog.size\r\n", "012\n"), nil),
        (answer("200 OK", "", "no signature\n"), nil),
        (answer("200 OK"), nil),
        (answer("422 No"), .unprocessable),
        (answer("503 Later"), .other(status: 503)),
        (answer("099 Odd"), nil),
        ("HTTP/1.1 200 OK\r\nContent-Length: 9999999\r\n\r\n" + String(repeating: "x", count: 300_000), nil),
        ("SSH-2.0-OpenSSH\r\n", nil),
    ]

    @Test(arguments: answers.indices)
    func answerIsReadOrMalformed(index: Int) async throws {
        let (text, expected) = Self.answers[index]
        try await Self.answering(text) { client, url in
            do throws(WitnessFailure) {
                let answer = try await client.submit([], to: url)
                #expect(answer == expected)
            } catch {
                guard case .malformed = error else {
                    Issue.record("\(error)")
                    return
                }
                #expect(expected == nil)
            }
        }
    }

    @Test func silenceTimesOut() async throws {
        try await Self.answering(nil, timeout: .milliseconds(300)) { client, url in
            await #expect(throws: WitnessFailure.timedOut) { try await client.submit([], to: url) }
        }
    }

    /// A body that comes byte by byte does not hold the client for longer than its time-out.
    @Test func halfAnAnswerTimesOut() async throws {
        let half = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"
        try await Self.answering(half, timeout: .milliseconds(300)) { client, url in
            await #expect(throws: WitnessFailure.timedOut) { try await client.submit([], to: url) }
        }
    }

    @Test func closedPortIsUnreachable() async throws {
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "127.0.0.1", port: 0).get()
        let port = server.localAddress?.port ?? 0
        try await server.close()
        let client = WitnessClient(version: "test")
        let url = try WitnessURL("http://127.0.0.1:\(port)")
        await #expect(throws: WitnessFailure.unreachable) { try await client.submit([], to: url) }
        await client.shutdown()
    }
}

/// Answers the first bytes of a connection with a text, or with nothing.
private final class FixedAnswer: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private var answer: String?

    init(_ answer: String?) {
        self.answer = answer
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard let answer else { return }
        self.answer = nil
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: answer)), promise: nil)
    }
}
