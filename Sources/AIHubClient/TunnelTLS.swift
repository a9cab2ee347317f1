import NIOCore
import NIOSSL
import NIOTLS
import Synchronization

/// TLS with a hub that is reached through a Unix socket, whose owner carries bytes that it can't read.
///
/// async-http-client 1.37.0 checks no host name over a Unix socket. So it is given a plain connection, and TLS is put below it,
/// for the hub's name, before the connection is used.
final class TunnelTLS: Sendable {
    private let configuration: TLSConfiguration
    private let host: String
    /// Made for the first connection, which reads the certificates.
    private let context = Mutex<NIOSSLContext?>(nil)

    /// - Parameter host: The hub's name, which its certificate must have.
    init(_ configuration: TLSConfiguration, host: String) {
        (self.configuration, self.host) = (configuration, host)
    }

    /// Puts TLS below the handlers of a connection.
    ///
    /// - Returns: Fulfilled after the handshake; a failure fails the connection, on which nothing was sent then.
    @Sendable func install(in channel: any Channel) -> EventLoopFuture<Void> {
        channel.eventLoop.makeCompletedFuture {
            let waiter = HandshakeWaiter(channel.eventLoop.makePromise())
            let tls = try NIOSSLClientHandler(context: sharedContext(), serverHostname: host)
            // Last, the one that begins the handshake: its end must find the other one.
            try channel.pipeline.syncOperations.addHandler(waiter, position: .first)
            try channel.pipeline.syncOperations.addHandler(tls, position: .first)
            return waiter.end
        }.flatMap { $0 }
    }

    private func sharedContext() throws -> NIOSSLContext {
        try context.withLock { context in
            if let context { return context }
            let made = try NIOSSLContext(configuration: configuration)
            context = made
            return made
        }
    }
}

/// Waits for the end of a handshake.
private final class HandshakeWaiter: ChannelInboundHandler {
    typealias InboundIn = NIOAny

    private let promise: EventLoopPromise<Void>
    /// The end of the handshake.
    var end: EventLoopFuture<Void> { promise.futureResult }

    init(_ promise: EventLoopPromise<Void>) {
        self.promise = promise
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case TLSUserEvent.handshakeCompleted? = event as? TLSUserEvent { promise.succeed() }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        promise.fail(error)
        context.fireErrorCaught(error)
    }

    func channelInactive(context: ChannelHandlerContext) {
        promise.fail(NIOSSLError.handshakeFailed(.sslError([.eofDuringHandshake])))
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        promise.fail(ChannelError.eof)
    }
}
