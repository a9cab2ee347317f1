import ControlAPI
import Foundation
import NIOCore
import NIOHTTP1

/// Admits a connection to the control socket, or refuses it, and counts it until its end.
final class ConnectionHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    private let activity: ControlActivity
    private let count: ConnectionCount
    private let refuse: @Sendable (_ user: UInt32) -> Void
    /// The user whose connection was counted.
    private var user: UInt32?

    /// - Parameter refuse: Called for the first refused connection after an admitted one.
    init(activity: ControlActivity, count: ConnectionCount, refuse: @escaping @Sendable (_ user: UInt32) -> Void) {
        self.activity = activity
        self.count = count
        self.refuse = refuse
    }

    func handlerAdded(context: ChannelHandlerContext) {
        activity.beginConnection()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        activity.endConnection()
        if let user { count.remove(user) }
        user = nil
    }

    func channelActive(context: ChannelHandlerContext) {
        context.fireChannelActive()
        guard let credentials = PeerCredentials.of(context.channel) else { return context.close(promise: nil) }
        credentials.assumeIsolated().whenComplete { result in
            // If the kernel does not name the user, it has no rights.
            guard context.channel.isActive, let peer = try? result.get() else { return context.close(promise: nil) }
            self.admit(peer.uid, context)
        }
    }

    private func admit(_ user: UInt32, _ context: ChannelHandlerContext) {
        switch count.add(user) {
        case .admitted:
            self.user = user
        case .refused(let isFirst):
            if isFirst { refuse(user) }
            Self.sendRefusal(context)
        }
    }

    /// Answers before any request is read.
    private static func sendRefusal(_ context: ChannelHandlerContext) {
        let failure = ControlFailure(
            status: .unavailable,
            message: "the daemon has too many connections to its control socket: try again later"
        )
        let body = (try? JSONEncoder().encode(failure)) ?? Data()
        let head = [
            "HTTP/1.1 503 Service Unavailable", "Connection: close", "Content-Type: application/json",
            "Content-Length: \(body.count)", "", "",
        ]
        var buffer = context.channel.allocator.buffer(string: head.joined(separator: "\r\n"))
        buffer.writeBytes(body)
        // Written from before the HTTP encoder, which only answers requests that it has read.
        let encoder = try? context.pipeline.syncOperations.context(handlerType: HTTPResponseEncoder.self)
        encoder?.writeAndFlush(NIOAny(buffer), promise: nil)
        context.close(promise: nil)
    }
}
