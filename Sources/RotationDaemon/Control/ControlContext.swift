import ControlAPI
import Glibc
import Hummingbird
import NIOCore
import NIOPosix

/// A request's context, with the credentials of the caller.
struct ControlContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    private let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        channel = source.channel
    }

    /// Reads the caller from the kernel.
    func caller() async throws -> Caller {
        guard let credentials = try await PeerCredentials.of(channel)?.get() else {
            throw ControlFailure(status: .notPermitted, message: "the caller is not known")
        }
        return Caller(uid: credentials.uid, gid: credentials.gid)
    }
}

/// `struct ucred` of unix(7), which glibc declares only with _GNU_SOURCE.
struct PeerCredentials: Sendable {
    var pid: Int32
    var uid: UInt32
    var gid: UInt32

    /// Reads the credentials from the kernel; nil if the channel is no socket.
    static func of(_ channel: any Channel) -> EventLoopFuture<PeerCredentials>? {
        (channel as? any SocketOptionProvider)?.unsafeGetSocketOption(
            level: .socket,
            name: NIOBSDSocket.Option(rawValue: SO_PEERCRED)
        )
    }
}
