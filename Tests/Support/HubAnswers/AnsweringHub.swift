import NIOCore
import NIOPosix
import Synchronization

/// A server that writes one answer to each request, whatever bytes that are.
final class AnsweringHub: Sendable {
    private let current = Mutex(HubAnswer(number: 0, seed: 0))

    /// What is written to the next request, and to others after it.
    func set(_ answer: HubAnswer) {
        current.withLock { $0 = answer }
    }

    var answer: HubAnswer { current.withLock { $0 } }

    /// Serves on a loopback address of its own while a closure runs: connections that were closed here and may not yet be
    /// made again are counted for each address.
    func serve<T>(on host: String, _ body: (String) async throws -> T) async throws -> T {
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(AnsweringHandler(hub: self))
                }
            }
            .bind(host: host, port: 0).get()
        let result: Result<T, any Error>
        do {
            result = .success(try await body("\(host):\(listener.localAddress?.port ?? 0)"))
        } catch {
            result = .failure(error)
        }
        try await listener.close()
        return try result.get()
    }
}

/// Reads requests just well enough to know where each ends.
private final class AnsweringHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let hub: AnsweringHub
    private var received: [UInt8] = []
    private var isDone = false

    init(hub: AnsweringHub) {
        self.hub = hub
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isDone else { return }
        received += Array(unwrapInboundIn(data).readableBytesView)
        let answer = hub.answer
        if answer.isEarly { return write(answer, context) }
        while let length = requestLength(), !isDone {
            received.removeFirst(length)
            write(hub.answer, context)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private func write(_ answer: HubAnswer, _ context: ChannelHandlerContext) {
        for piece in answer.pieces { context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: piece)), promise: nil) }
        guard answer.closes else { return }
        isDone = true
        context.close(promise: nil)
    }

    /// How many bytes the first request has, once it is whole.
    private func requestLength() -> Int? {
        guard let end = received.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
        let head = String(decoding: received[..<end.lowerBound], as: UTF8.self).lowercased()
        let field = head.split(separator: "\r\n").first { $0.hasPrefix("content-length:") }
        let body = field.flatMap { Int($0.dropFirst("content-length:".count).drop { $0 == " " }) } ?? 0
        return received.count >= end.upperBound + body ? end.upperBound + body : nil
    }
}
