import NIOCore

/// Pauses a server that can't accept a connection, as no descriptor is left (`EMFILE`, `ENFILE`).
///
/// swift-nio's own back-off holds later reads back, but the socket stays registered for the read that has failed: its event
/// loop would wake up for the waiting connection again and again.
final class AcceptPause: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = any Channel
    private static let pause = TimeAmount.seconds(1)
    private var isPausing = false

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.fireErrorCaught(error)
        guard error is IOError, let options = context.channel.syncOptions else { return }
        // A change from true to false is what takes the socket out of epoll's set.
        let isAutomatic = (try? options.getOption(.autoRead)) ?? false
        if !isAutomatic { try? options.setOption(.autoRead, value: true) }
        try? options.setOption(.autoRead, value: false)
        guard !isPausing else { return }
        isPausing = true
        context.eventLoop.assumeIsolated().scheduleTask(in: Self.pause) {
            self.isPausing = false
            if isAutomatic { try? options.setOption(.autoRead, value: true) } else { context.read() }
        }
    }
}
