import Glibc
import NIOCore

/// Stops a server from accepting connections while few or no file descriptors are left (`EMFILE`, `ENFILE`).
///
/// Some descriptors are reserved: requests to hubs and plug-ins need them, and libdispatch traps if its thread monitor
/// can't open a file of /proc. Callers wait in the socket's backlog meanwhile.
///
/// swift-nio's own back-off delays later reads, but the socket stays registered for the failed read: its event loop
/// would wake up for the waiting connection again and again.
final class AcceptPause: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = any Channel
    private static let pause = TimeAmount.seconds(1)
    /// The number of reserved descriptors.
    private static let reserve = 24
    private var isPausing = false

    /// Has a server accept one connection at a time, so that descriptors are counted after each, and pause.
    static func install(in server: any Channel) async {
        try? await server.eventLoop.submit {
            try server.syncOptions?.setOption(.maxMessagesPerRead, value: 1)
            try server.pipeline.syncOperations.addHandler(AcceptPause(), position: .first)
        }.get()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        context.fireChannelRead(data)
        if !Self.hasRoom { pause(context) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.fireErrorCaught(error)
        if error is IOError { pause(context) }
    }

    private func pause(_ context: ChannelHandlerContext) {
        guard let options = context.channel.syncOptions else { return }
        // Only a change from true to false removes the socket from epoll's set.
        let isAutomatic = (try? options.getOption(.autoRead)) ?? false
        if !isAutomatic { try? options.setOption(.autoRead, value: true) }
        try? options.setOption(.autoRead, value: false)
        guard !isPausing else { return }
        isPausing = true
        resume(context, isAutomatic: isAutomatic)
    }

    private func resume(_ context: ChannelHandlerContext, isAutomatic: Bool) {
        context.eventLoop.assumeIsolated().scheduleTask(in: Self.pause) {
            guard Self.hasRoom else { return self.resume(context, isAutomatic: isAutomatic) }
            self.isPausing = false
            if isAutomatic {
                try? context.channel.syncOptions?.setOption(.autoRead, value: true)
            } else {
                context.read()
            }
        }
    }

    /// Whether more descriptors are free than the reserve: the kernel returns the lowest free number.
    private static var hasRoom: Bool {
        let lowest = open("/dev/null", O_RDONLY | O_CLOEXEC)
        guard lowest >= 0 else { return false }
        close(lowest)
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return true }
        return rlim_t(lowest) + rlim_t(reserve) < limit.rlim_cur
    }
}
