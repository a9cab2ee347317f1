import AsyncHTTPClient
import NIOCore
import NIOHTTP1

/// A status line with a status outside 100…999.
package struct ImpossibleStatus: Error {
    /// The number in the status line.
    package let status: Int
}

/// Turns a status outside 100…999 into an error before the HTTP client sees it.
///
/// async-http-client 1.37.0 treats a status below 100 as an interim answer, but swift-nio's decoder as a final one: the
/// end of such an answer violates a precondition, which ends the process.
final class StatusGuard: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias InboundOut = HTTPClientResponsePart

    /// Whether an impossible status was read; then the client closes the connection, and receives nothing more from it.
    private var hasFailed = false

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !hasFailed else { return }
        if case .head(let head) = unwrapInboundIn(data), !(100...999).contains(head.status.code) {
            hasFailed = true
            context.fireErrorCaught(ImpossibleStatus(status: Int(clamping: head.status.code)))
        } else {
            context.fireChannelRead(data)
        }
    }

    /// Installs a guard between the decoder and the HTTP client's own handler, also with TLS.
    ///
    /// - Returns: A failure, which fails the connection, if the pipeline has no decoder.
    @Sendable static func install(in channel: any Channel) -> EventLoopFuture<Void> {
        channel.eventLoop.makeCompletedFuture {
            let pipeline = channel.pipeline.syncOperations
            let decoder = try pipeline.handler(type: ByteToMessageHandler<HTTPResponseDecoder>.self)
            try pipeline.addHandler(StatusGuard(), position: .after(decoder))
        }
    }
}
