import NIOCore
import NIOHTTP1
import NIOSSL
import TestSupport

/// Collects a request, asks the hub, and does what it says.
final class ScriptedHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let hub: ScriptedHub
    private var head: HTTPRequestHead?
    private var body = ByteBuffer()

    init(hub: ScriptedHub) {
        self.hub = hub
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): (self.head, body) = (head, ByteBuffer())
        case .body(var part): body.writeBuffer(&part)
        case .end: finish(context.channel)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // A client that breaks off is what several tests are about.
        context.close(promise: nil)
    }

    private func finish(_ channel: any Channel) {
        guard let head else { return }
        let request = ScriptedHub.Request(
            method: head.method.rawValue,
            uri: head.uri,
            headers: head.headers,
            body: body
        )
        Self.answer(request, by: hub, on: channel)
    }

    private static func answer(_ request: ScriptedHub.Request, by hub: ScriptedHub, on channel: any Channel) {
        Task {
            let reply = await hub.reply(to: request)
            try await perform(reply, on: channel)
        }
    }

    private static func perform(_ reply: ScriptedHub.Reply, on channel: any Channel) async throws {
        switch reply {
        case .answer(let status, let fields, let body): try await answer(status, fields, body, on: channel)
        case .silence: break
        case .close: try await channel.close()
        case .bytes(let text): try await write(text, on: channel).get()
        case .brokenTLS: try await breakTLS(of: channel).get()
        }
    }

    private static func answer(
        _ status: Int,
        _ fields: [(String, String)],
        _ body: String,
        on channel: any Channel
    ) async throws {
        var headers = HTTPHeaders(fields)
        headers.add(name: "content-length", value: "\(body.utf8.count)")
        let head = HTTPResponseHead(version: .http1_1, status: .init(statusCode: status), headers: headers)
        channel.write(HTTPServerResponsePart.head(head), promise: nil)
        channel.write(HTTPServerResponsePart.body(.byteBuffer(ByteBuffer(string: body))), promise: nil)
        try await channel.writeAndFlush(HTTPServerResponsePart.end(nil))
    }

    /// Writes past HTTP's encoder, but through TLS, and closes the connection.
    private static func write(_ text: String, on channel: any Channel) -> EventLoopFuture<Void> {
        channel.eventLoop.flatSubmit {
            do {
                let encoder = try channel.pipeline.syncOperations.context(handlerType: HTTPResponseEncoder.self)
                return encoder.writeAndFlush(NIOAny(ByteBuffer(string: text)))
            } catch {
                return channel.eventLoop.makeFailedFuture(error)
            }
        }.flatMap { channel.close() }
    }

    /// Writes from the TLS handler outwards, past its encryption.
    private static func breakTLS(of channel: any Channel) -> EventLoopFuture<Void> {
        channel.eventLoop.flatSubmit {
            do {
                let tls = try channel.pipeline.syncOperations.context(handlerType: NIOSSLServerHandler.self)
                return tls.writeAndFlush(NIOAny(ByteBuffer(repeating: 0x5A, count: 64)))
            } catch {
                return channel.eventLoop.makeFailedFuture(error)
            }
        }
    }
}
