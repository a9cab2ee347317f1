import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Synchronization

/// A server that answers as a closure says, and keeps what it received.
final class ScriptedHub: Sendable {
    /// A request with its whole body.
    struct Request: Sendable {
        var method: String
        var uri: String
        var headers: HTTPHeaders
        var body: ByteBuffer

        /// The body's text.
        var text: String { String(buffer: body) }
    }

    /// What becomes of a request.
    enum Reply: Sendable {
        case answer(Int, [(String, String)] = [], body: String = "{}")
        /// Never.
        case silence
        /// The connection is closed without an answer.
        case close
        /// These bytes, whatever they are; then the connection is closed.
        case bytes(String)
        /// Bytes that are no TLS record are put on the wire.
        case brokenTLS
    }

    typealias Script = @Sendable (Request) async -> Reply

    private let kept = Mutex<[Request]>([])
    private let script: Script
    private let tls: NIOSSLContext?

    init(tls: NIOSSLContext? = nil, _ script: @escaping Script) {
        self.tls = tls
        self.script = script
    }

    /// The requests so far.
    var requests: [Request] { kept.withLock { $0 } }

    /// Keeps a request and decides about it.
    func reply(to request: Request) async -> Reply {
        kept.withLock { $0.append(request) }
        return await script(request)
    }

    /// Serves on a loopback port while a closure runs; the closure receives `127.0.0.1:PORT`.
    func serve<T>(_ body: (String) async throws -> T) async throws -> T {
        let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { [tls] channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if let tls { try pipeline.addHandler(NIOSSLServerHandler(context: tls)) }
                    try pipeline.configureHTTPServerPipeline()
                    try pipeline.addHandler(ScriptedHandler(hub: self))
                }
            }
        let listener = try await bootstrap.bind(host: "127.0.0.1", port: 0).get()
        let result: Result<T, any Error>
        do {
            result = .success(try await body("127.0.0.1:\(listener.localAddress?.port ?? 0)"))
        } catch {
            result = .failure(error)
        }
        try await listener.close()
        return try result.get()
    }
}
