import Glibc
import NIOCore

/// Pauses a server while too few descriptors are left, or none (`EMFILE`, `ENFILE`).
///
/// Some descriptors are never given to callers: requests to hubs and plug-ins need them, and libdispatch traps where its
/// monitor of busy threads can't open a file of /proc. Callers wait in the socket's backlog meanwhile.
///
/// swift-nio's own back-off holds later reads back, but the socket stays registered for the read that has failed: its event
/// loop would wake up for the waiting connection again and again.
final class AcceptPause: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = any Channel
    private static let pause = TimeAmount.seconds(1)
    /// Descriptors that callers don't get.
    private static let reserve = 24
    private var isPausing = false

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
        // A change from true to false is what takes the socket out of epoll's set.
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

    /// Whether more descriptors are left than the reserve: the kernel gives the lowest number that is free.
    private static var hasRoom: Bool {
        let lowest = open("/dev/null", O_RDONLY | O_CLOEXEC)
        guard lowest >= 0 else { return false }
        close(lowest)
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return true }
        return rlim_t(lowest) + rlim_t(reserve) < limit.rlim_cur
    }
}
