import CLinux
import Crypto
import Foundation
import Glibc
import RotationCore

/// The temporary folder of one step, which is the plug-in's `TMPDIR`: it may hold keys.
package enum StepFolder {
    /// How the names of folders begin that belong to the daemon of a database.
    ///
    /// Nobody but that daemon, which holds the database's lock, makes such a folder: one that it finds when it starts was
    /// left by a daemon that was killed.
    package static func prefix(database: String) -> String {
        let digest = SHA256.hash(data: Data(PathText.resolved(database).utf8))
        let digits = digest.prefix(6).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }
        return "secret-rotator-\(digits.joined())-"
    }

    /// Makes a folder that only the plug-in's user can open.
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

    /// Removes a folder with all that is in it.
    static func remove(_ path: String) {
        _ = clinux_remove_tree((path as NSString).deletingLastPathComponent, (path as NSString).lastPathComponent)
    }

    /// Removes folders that a daemon which was killed has left.
    ///
    /// - Parameters:
    ///   - prefix: How their names begin.
    ///   - identity: Whose they may be, beside this process's user: those of anybody else are left alone.
    /// - Returns: Those that could not be removed, with the reason.
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
