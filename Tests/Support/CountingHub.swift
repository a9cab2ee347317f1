import NIOCore
import NIOPosix
import Synchronization

/// A hub that lists no secrets, whatever it is asked, and counts its connections.
package final class CountingHub: Sendable {
    private struct Counts {
        var open = 0
        var opened = 0
        var held: [any Channel] = []
    }

    private let counts = Mutex(Counts())
    private let wave: Int

    /// - Parameter wave: Requests are answered once so many are there at once.
    package init(wave: Int = 1) {
        self.wave = wave
    }

    /// How many connections are open.
    package var open: Int { counts.withLock { $0.open } }
    /// How many connections were ever opened.
    package var opened: Int { counts.withLock { $0.opened } }

    /// Serves on a loopback port while a closure runs.
    package func serve<T>(_ body: (_ port: Int) async throws -> T) async throws -> T {
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { [self] channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Connection(self))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let result: Result<T, any Error>
        do {
            result = .success(try await body(listener.localAddress?.port ?? 0))
        } catch {
            result = .failure(error)
        }
        try await listener.close()
        return try result.get()
    }

    private func note(isOpen: Bool) {
        counts.withLock { counts in
            counts.open += isOpen ? 1 : -1
            counts.opened += isOpen ? 1 : 0
        }
    }

    private func receive(on channel: any Channel) {
        let complete = counts.withLock { counts -> [any Channel] in
            counts.held.append(channel)
            guard counts.held.count >= wave else { return [] }
            defer { counts.held = [] }
            return counts.held
        }
        let answer = "HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\n{\"secrets\":[]}"
        for channel in complete { channel.writeAndFlush(ByteBuffer(string: answer), promise: nil) }
    }

    /// Takes a connection's bytes for a request each; a list's request has no body and fits into one read.
    private final class Connection: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let hub: CountingHub

        init(_ hub: CountingHub) { self.hub = hub }

        func channelActive(context: ChannelHandlerContext) { hub.note(isOpen: true) }
        func channelInactive(context: ChannelHandlerContext) { hub.note(isOpen: false) }
        func channelRead(context: ChannelHandlerContext, data: NIOAny) { hub.receive(on: context.channel) }
        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }
}
