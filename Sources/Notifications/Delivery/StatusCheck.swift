import AsyncHTTPClient
import NIOCore
import NIOHTTP1

/// A status line with a status outside 100…999.
struct ImpossibleStatus: Error {}

/// Turns a status outside 100…999 into an error before the HTTP client sees it: async-http-client 1.37.0 would end the process
/// (see `StatusGuard` of AIHubClient, which this target does not import).
final class StatusCheck: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias InboundOut = HTTPClientResponsePart

    /// Whether such a status was read; then nothing more of the connection is passed on.
    private var hasFailed = false

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !hasFailed else { return }
        if case .head(let head) = unwrapInboundIn(data), !(100...999).contains(head.status.code) {
            hasFailed = true
            context.fireErrorCaught(ImpossibleStatus())
        } else {
            context.fireChannelRead(data)
        }
    }

    /// Installs a check between the decoder and the HTTP client's own handler.
    @Sendable static func install(in channel: any Channel) -> EventLoopFuture<Void> {
        channel.eventLoop.makeCompletedFuture {
            let pipeline = channel.pipeline.syncOperations
            let decoder = try pipeline.handler(type: ByteToMessageHandler<HTTPResponseDecoder>.self)
            try pipeline.addHandler(StatusCheck(), position: .after(decoder))
        }
    }
}
