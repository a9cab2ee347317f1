import CLinux
import Glibc

/// A connection to the receiver of the stream of entries: a Unix socket of datagrams, or of a stream of bytes.
///
/// No call blocks a thread: what the receiver can't take yet is tried again after a pause.
final class ReceiverSocket: Sendable {
    /// Whether each message is a datagram.
    let isDatagram: Bool
    private let path: String
    private let descriptor: Int32
    private let pause: @Sendable (Duration) async throws -> Void
    /// The first and the longest pause.
    private static let pauses = Duration.milliseconds(2)...Duration.milliseconds(200)

    /// Connects.
    ///
    /// - Parameter pause: Waits, or throws when the task is cancelled.
    init(path: String, pause: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) })
        throws(FileFailure)
    {
        (self.path, self.pause) = (path, pause)
        (descriptor, isDatagram) = try Self.connected(path)
    }

    deinit {
        close(descriptor)
    }

    private static func connected(_ path: String) throws(FileFailure) -> (Int32, isDatagram: Bool) {
        do throws(FileFailure) { return (try connected(path, SOCK_DGRAM), true) } catch {
            // The socket is of another type.
            guard error.code == EPROTOTYPE else { throw error }
            return (try connected(path, SOCK_STREAM), false)
        }
    }

    private static func connected(_ path: String, _ type: __socket_type) throws(FileFailure) -> Int32 {
        guard let address = UnixAddress(path) else { throw FileFailure(path: path, code: ENAMETOOLONG) }
        let flags = Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        let descriptor = socket(AF_UNIX, Int32(type.rawValue) | flags, 0)
        guard descriptor >= 0 else { throw FileFailure(path: path, code: errno) }
        guard address.with({ connect(descriptor, $0, $1) }) == 0 else {
            let code = errno
            close(descriptor)
            throw FileFailure(path: path, code: code)
        }
        return descriptor
    }

    /// Hands all bytes to the kernel.
    func send(_ bytes: [UInt8]) async throws {
        var (offset, wait) = (0, Self.pauses.lowerBound)
        while offset < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                Glibc.send(
                    descriptor,
                    buffer.baseAddress.map { $0 + offset },
                    buffer.count - offset,
                    Int32(MSG_NOSIGNAL | MSG_DONTWAIT)
                )
            }
            if count > 0 {
                (offset, wait) = (offset + count, Self.pauses.lowerBound)
                continue
            }
            switch errno {
            case EINTR: continue
            case EAGAIN, ENOBUFS: try await rest(&wait)
            default: throw FileFailure(path: path, code: errno)
            }
        }
    }

    /// Returns once the receiver has read all that was sent.
    ///
    /// A receiver of datagrams that ends looks as if it had read them; that of a stream does not.
    func waitUntilRead() async throws {
        var wait = Self.pauses.lowerBound
        while true {
            let unread = clinux_unread_bytes(descriptor)
            // Afterwards: what an ended receiver has left unread is gone, and was not read.
            try checkConnection()
            guard unread != 0 else { return }
            guard unread > 0 else { throw FileFailure(path: path, code: EIO) }
            try await rest(&wait)
        }
    }

    private func checkConnection() throws(FileFailure) {
        var (code, length) = (Int32(0), socklen_t(MemoryLayout<Int32>.size))
        guard getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &length) == 0, code == 0 else {
            throw FileFailure(path: path, code: code == 0 ? EIO : code)
        }
        guard !isDatagram else { return }
        var state = pollfd(fd: descriptor, events: 0, revents: 0)
        guard poll(&state, 1, 0) >= 0, state.revents & Int16(POLLHUP | POLLERR) == 0 else {
            throw FileFailure(path: path, code: EPIPE)
        }
    }

    private func rest(_ wait: inout Duration) async throws {
        try await pause(wait)
        wait = min(wait * 2, Self.pauses.upperBound)
    }
}
