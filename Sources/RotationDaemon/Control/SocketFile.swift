import Foundation
import Glibc
import Synchronization

/// The control socket's place in the file system.
///
/// The socket is bound to a name of this process's own and then renamed: when the server closes, swift-nio removes the name
/// that it has bound, even where another process has put its socket there.
final class SocketFile: Sendable {
    private let path: String
    /// Device and inode of the socket that was put in place; nil before that.
    private let placed = Mutex<Identity?>(nil)

    private struct Identity: Equatable {
        let device: UInt64
        let inode: UInt64
    }

    init(path: String) {
        self.path = path
    }

    /// The name to bind to, in the same folder; one that a dead process of the same number has left is removed.
    func prepare() -> String {
        let folder = path.lastIndex(of: "/").map { path[...$0] } ?? ""
        let name = "\(folder).ctl\(getpid())"
        unlink(name)
        return name
    }

    /// Puts the socket in its place, with its mode, instead of one that a dead process has left.
    ///
    /// - Returns: What is wrong, in words; nil where it is in place.
    func place(_ name: String, mode: mode_t) -> String? {
        chmod(name, mode)
        let identity = Self.identity(of: name)
        guard rename(name, path) == 0 else { return "\(path): \(String(cString: strerror(errno)))" }
        placed.withLock { $0 = identity }
        return nil
    }

    /// Removes the socket, unless another process has put its own one in its place.
    func remove() {
        guard let mine = placed.withLock({ $0 }), mine == Self.identity(of: path) else { return }
        unlink(path)
    }

    private static func identity(of path: String) -> Identity? {
        // A link is not followed.
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: path),
            let device = attributes[.systemNumber] as? UInt64 ?? (attributes[.systemNumber] as? Int).map(UInt64.init),
            let inode = attributes[.systemFileNumber] as? UInt64
                ?? (attributes[.systemFileNumber] as? Int).map(UInt64.init)
        else { return nil }
        return Identity(device: device, inode: inode)
    }
}
