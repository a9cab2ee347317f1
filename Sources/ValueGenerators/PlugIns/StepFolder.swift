import CLinux
import Crypto
import Foundation
import Glibc
import RotationCore

/// The temporary folder of one step, the plug-in's `TMPDIR`; it may hold keys.
package enum StepFolder {
    /// The prefix of the names of a daemon's temporary folders, by its database.
    ///
    /// Only the daemon that holds the database's lock creates such folders: those that it finds at its start are
    /// leftovers of a killed daemon.
    package static func prefix(database: String) -> String {
        let digest = SHA256.hash(data: Data(PathText.resolved(database).utf8))
        return "secret-rotator-\(digest.prefix(6).hexadecimal)-"
    }

    /// Creates a folder that only the plug-in's user can open.
    static func make(_ prefix: String, for identity: PlugInIdentity) throws -> String {
        let path = (NSTemporaryDirectory() as NSString).appendingPathComponent("\(prefix)\(UUID().uuidString)")
        guard mkdir(path, 0o700) == 0 else { throw PlugInFence.Failure(path: path, errno: errno) }
        if let user = identity.user, lchown(path, user.uid, user.gid) != 0 {
            let code = errno
            rmdir(path)
            throw PlugInFence.Failure(path: path, errno: code)
        }
        return path
    }

    /// Removes a folder with its content.
    static func remove(_ path: String) {
        _ = clinux_remove_tree((path as NSString).deletingLastPathComponent, (path as NSString).lastPathComponent)
    }

    /// Removes leftover folders of a killed daemon.
    ///
    /// - Parameters:
    ///   - prefix: The prefix of their names.
    ///   - identity: The other possible owner besides this process's user; folders of other users stay.
    /// - Returns: The folders that could not be removed, with the reason.
    package static func sweep(_ prefix: String, of identity: PlugInIdentity) -> [String] {
        let folder = NSTemporaryDirectory()
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { $0.hasPrefix(prefix) }.compactMap { name in
            let path = (folder as NSString).appendingPathComponent(name)
            var status = stat()
            guard lstat(path, &status) == 0, status.st_uid == geteuid() || status.st_uid == identity.user?.uid else {
                return nil
            }
            let code = clinux_remove_tree(folder, name)
            return code == 0 ? nil : "\(path): \(String(cString: strerror(code)))"
        }
    }
}
