import CLinux
import Glibc

/// The daemon's connection to a plug-in's unit.
final class UnitConnection: Sendable {
    private let descriptor: Int32

    /// Why there is none: a word in the form of a plug-in's reason.
    struct Failure: Error, Hashable, CustomStringConvertible {
        var path: String
        var errno: Int32

        var reason: String {
            switch errno {
            case ENOENT, ENOTDIR, ENAMETOOLONG: "no_socket"
            case ECONNREFUSED, EAGAIN: "connection_refused"
            case EACCES, EPERM: "not_permitted"
            default: "connection_failed"
            }
        }

        var description: String { "\(path): \(String(cString: strerror(errno)))" }
    }

    /// Connects without waiting.
    init(_ path: String) throws(Failure) {
        var connection: Int32 = -1
        let code = clinux_connect(path, &connection)
        guard code == 0 else { throw Failure(path: path, errno: code) }
        descriptor = connection
    }

    deinit {
        close(descriptor)
    }

    /// Both directions.
    var stream: UnitStream { UnitStream(descriptor: descriptor) }

    /// Asks the unit to end its plug-in and to answer at once.
    func stop() { clinux_shut_down(descriptor, 0) }

    /// Ends both directions: the unit ends its plug-in, and each read returns.
    func hangUp() { clinux_shut_down(descriptor, 1) }
}
