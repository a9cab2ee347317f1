import NIOCore
import NIOPosix
package import NIOSSL

/// A TLS server that hands what it decrypts to a server on a loopback port, and back.
package enum TLSFront {
    /// Serves on a loopback port while a closure runs.
    ///
    /// - Parameter target: The port of the server behind it.
    package static func serve<T>(
        _ tls: NIOSSLContext,
        to target: Int,
        _ body: (_ port: Int) async throws -> T
    ) async throws -> T {
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelOption(.autoRead, value: false)
            .childChannelInitializer { channel in connect(channel, tls, to: target) }
            .bind(host: "127.0.0.1", port: 0).get()
        let result: Result<T, any Error>
        do { result = .success(try await body(listener.localAddress?.port ?? 0)) } catch { result = .failure(error) }
        try await listener.close()
        return try result.get()
    }

    /// Pairs an accepted connection with one to the server behind; on one event loop, so that they may call each other.
    private static func connect(
        _ front: any Channel,
        _ tls: NIOSSLContext,
        to target: Int
    ) -> EventLoopFuture<Void> {
        ClientBootstrap(group: front.eventLoop).connect(host: "127.0.0.1", port: target).flatMapThrowing { back in
            try front.pipeline.syncOperations.addHandlers([NIOSSLServerHandler(context: tls), Relay(to: back)])
            try back.pipeline.syncOperations.addHandler(Relay(to: front))
            try front.syncOptions?.setOption(.autoRead, value: true)
        }
    }
}
