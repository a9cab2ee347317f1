import NIOCore
import NIOHTTP1

/// Keeps a connection to the listener in ``OpenConnections`` until its end, or closes it if there are too many.
final class ListenerHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    private let connections: OpenConnections

    init(_ connections: OpenConnections) {
        self.connections = connections
    }

    func channelActive(context: ChannelHandlerContext) {
        context.fireChannelActive()
        if !connections.add(context.channel) { context.close(promise: nil) }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        connections.remove(context.channel)
    }
}
