import Foundation
import Glibc
import Synchronization

/// The path of the control socket in the file system.
///
/// The socket is bound to a name of this process and then renamed: when the server closes, swift-nio removes the name
/// that it has bound, even if another process has put its own socket there.
final class SocketFile: Sendable {
    private let path: String
    /// The first letters of the name to bind to: sockets in one folder have different ones.
    private let prefix: String
    /// Device and inode of the socket that ``place(_:mode:)`` has renamed; nil before that.
    private let placed = Mutex<Identity?>(nil)

    private struct Identity: Equatable {
        let device: UInt64
        let inode: UInt64
    }

    init(path: String, prefix: String = "ctl") {
        (self.path, self.prefix) = (path, prefix)
    }

    /// Returns the name to bind to, in the same folder, and removes a leftover of a dead process with the same ID.
    func prepare() -> String {
        let folder = path.lastIndex(of: "/").map { path[...$0] } ?? ""
        let name = "\(folder).\(prefix)\(getpid())"
        unlink(name)
        return name
    }

    /// Sets the socket's mode and renames it to the path, replacing a leftover of a dead process.
    ///
    /// - Returns: The error as a text; nil on success.
    func place(_ name: String, mode: mode_t) -> String? {
        chmod(name, mode)
        let identity = Self.identity(of: name)
        guard rename(name, path) == 0 else { return "\(path): \(String(cString: strerror(errno)))" }
        placed.withLock { $0 = identity }
        return nil
    }

    /// Removes the socket, unless the path holds another process's socket.
    func remove() {
        guard let mine = placed.withLock({ $0 }), mine == Self.identity(of: path) else { return }
        unlink(path)
    }

    private static func identity(of path: String) -> Identity? {
        // Attributes of the path itself: links are not followed.
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: path),
            let device = attributes[.systemNumber] as? UInt64 ?? (attributes[.systemNumber] as? Int).map(UInt64.init),
            let inode = attributes[.systemFileNumber] as? UInt64
                ?? (attributes[.systemFileNumber] as? Int).map(UInt64.init)
        else { return nil }
        return Identity(device: device, inode: inode)
    }
}
