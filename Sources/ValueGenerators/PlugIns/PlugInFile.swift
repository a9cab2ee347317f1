import Glibc
import RotationCore

/// A plug-in's file, opened and checked: the checked file runs, even if its name is replaced meanwhile.
package struct PlugInFile: ~Copyable {
    /// The open file.
    let descriptor: Int32

    /// Why a file is refused.
    package enum Failure: Error, Hashable, CustomStringConvertible {
        case system(path: String, errno: Int32)
        case link(path: String)
        case notAFile(path: String)
        case notExecutable(path: String)
        case owner(path: String, uid: UInt32)
        case writable(path: String, mode: UInt32)

        package var description: String {
            switch self {
            case .system(let path, let errno): "\(path): \(String(cString: strerror(errno)))"
            case .link(let path): "\(path) is a symbolic link: put the file itself there"
            case .notAFile(let path): "\(path) is not a regular file"
            case .notExecutable(let path): "\(path) is not executable: chmod 755 \(path)"
            case .owner(let path, let uid): "\(path) belongs to uid \(uid): its owner must be root or the daemon's user"
            case .writable(let path, let mode):
                "\(path) has mode \(String(mode, radix: 8)), so other users can change it: chmod go-w \(path)"
            }
        }
    }

    /// Opens and checks a plug-in.
    ///
    /// - Parameters:
    ///   - name: A plain file name.
    ///   - folder: The folder of the plug-ins.
    /// - Throws: ``Failure`` unless the file, and each folder above it, belongs to root or this process's user and no
    ///   other user can write to it; a sticky folder of root, such as /tmp, is safe.
    package init(_ name: String, in folder: String) throws(Failure) {
        guard let resolved = realpath(folder, nil) else { throw .system(path: folder, errno: errno) }
        let real = String(cString: resolved)
        free(resolved)
        try Self.checkFolders(real)
        let path = "\(real)/\(name)"
        let file = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
        guard file >= 0 else { throw errno == ELOOP ? .link(path: path) : .system(path: path, errno: errno) }
        do { try Self.check(file, path) } catch {
            close(file)
            throw error
        }
        descriptor = file
    }

    deinit {
        close(descriptor)
    }

    /// Whether a folder may contain a file that could run as a plug-in; true if the folder can't be read.
    package static func mayExist(in folder: String) -> Bool {
        guard let stream = opendir(folder) else { return errno != ENOENT }
        defer { closedir(stream) }
        while let entry = readdir(stream) {
            var status = stat()
            guard fstatat(dirfd(stream), Self.name(of: entry), &status, 0) == 0 else { continue }
            if status.st_mode & S_IFMT == S_IFREG && status.st_mode & 0o111 != 0 { return true }
        }
        return false
    }

    private static func name(of entry: UnsafeMutablePointer<dirent>) -> String {
        withUnsafePointer(to: &entry.pointee.d_name) { tuple in
            tuple.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
    }

    private static func check(_ file: Int32, _ path: String) throws(Failure) {
        var status = stat()
        guard fstat(file, &status) == 0 else { throw .system(path: path, errno: errno) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .notAFile(path: path) }
        try checkOwner(status, path)
        guard status.st_mode & 0o022 == 0 else { throw .writable(path: path, mode: status.st_mode & 0o7777) }
        guard status.st_mode & 0o111 != 0 else { throw .notExecutable(path: path) }
    }

    private static func checkFolders(_ folder: String) throws(Failure) {
        var path = folder
        while true {
            var status = stat()
            guard lstat(path.isEmpty ? "/" : path, &status) == 0 else { throw .system(path: path, errno: errno) }
            try checkOwner(status, path)
            let isSticky = status.st_mode & S_ISVTX != 0 && status.st_uid == 0
            guard status.st_mode & 0o022 == 0 || isSticky else {
                throw .writable(path: path, mode: status.st_mode & 0o7777)
            }
            guard let slash = path.lastIndex(of: "/") else { return }
            path = String(path[..<slash])
        }
    }

    private static func checkOwner(_ status: stat, _ path: String) throws(Failure) {
        guard status.st_uid == 0 || status.st_uid == geteuid() else { throw .owner(path: path, uid: status.st_uid) }
    }
}
