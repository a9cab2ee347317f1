import Foundation
import NIOCore
import NIOPosix
package import NIOSSL
import Synchronization

/// A server on a loopback port that keeps what is posted to it.
package final class WebhookServer: Sendable {
    /// How a request is answered.
    package enum Reply: Sendable {
        /// By a status, with more lines of the head.
        case status(Int, head: String = "")
        /// By these bytes.
        case bytes(String)
        /// Not at all.
        case silence
    }

    private let kept = Mutex<[String]>([])
    private let tls: NIOSSLContext?
    private let reply: @Sendable (Int) -> Reply

    /// - Parameters:
    ///   - tls: The server's side of TLS; nil for plain HTTP.
    ///   - reply: The reply to a request, which are counted from 1.
    package init(tls: NIOSSLContext? = nil, reply: @escaping @Sendable (Int) -> Reply = { _ in .status(204) }) {
        (self.tls, self.reply) = (tls, reply)
    }

    /// The requests so far: head and body.
    package var requests: [String] { kept.withLock { $0 } }

    /// The requests' bodies.
    package var bodies: [String] {
        requests.map { request in
            request.range(of: "\r\n\r\n").map { String(request[$0.upperBound...]) } ?? ""
        }
    }

    /// Serves while a closure runs.
    package func serve<T>(_ body: (_ port: Int) async throws -> T) async throws -> T {
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { [self] channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if let tls { try pipeline.addHandler(NIOSSLServerHandler(context: tls)) }
                    try pipeline.addHandler(Connection(self))
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

    private func receive(_ request: String) -> Reply {
        let count = kept.withLock { kept in
            kept.append(request)
            return kept.count
        }
        return reply(count)
    }

    private final class Connection: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let server: WebhookServer
        private var text = ""

        init(_ server: WebhookServer) { self.server = server }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            text += String(buffer: unwrapInboundIn(data))
            guard let end = text.range(of: "\r\n\r\n") else { return }
            let length = text[..<end.lowerBound].split(separator: "\r\n").compactMap { line -> Int? in
                line.lowercased().hasPrefix("content-length: ") ? Int(line.dropFirst(16)) : nil
            }.first
            guard text[end.upperBound...].utf8.count >= length ?? 0 else { return }
            let reply: String
            switch server.receive(text) {
            case .silence: return
            case .bytes(let bytes): reply = bytes
            case .status(let status, let head):
                reply = "HTTP/1.1 \(status) X\r\nContent-Length: 0\r\nConnection: close\r\n\(head)\r\n"
            }
            text = ""
            context.channel.writeAndFlush(ByteBuffer(string: reply), promise: nil)
            context.channel.close(promise: nil)
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }
}
