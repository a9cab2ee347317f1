import NIOCore
import NIOPosix

/// Writes what one connection reads to another one, and closes that with it.
final class Relay: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let peer: any Channel

    init(to peer: any Channel) {
        self.peer = peer
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        peer.writeAndFlush(unwrapInboundIn(data), promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        peer.close(promise: nil)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}

/// A proxy that carries bytes from a Unix socket to a loopback port and back, as systemd-socket-proxyd does.
package enum SocketRelay {
    /// Serves while a closure runs.
    ///
    /// - Parameters:
    ///   - path: The socket.
    ///   - target: The port.
    package static func serve<T>(_ path: String, to target: Int, _ body: () async throws -> T) async throws -> T {
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelOption(.autoRead, value: false)
            .childChannelInitializer { front in
                ClientBootstrap(group: front.eventLoop).connect(host: "127.0.0.1", port: target).flatMapThrowing {
                    back in
                    try front.pipeline.syncOperations.addHandler(Relay(to: back))
                    try back.pipeline.syncOperations.addHandler(Relay(to: front))
                    try front.syncOptions?.setOption(.autoRead, value: true)
                }
            }
            .bind(unixDomainSocketPath: path, cleanupExistingSocketFile: true).get()
        let result: Result<T, any Error>
        do { result = .success(try await body()) } catch { result = .failure(error) }
        try await listener.close()
        return try result.get()
    }
}
