import Glibc

/// Reads a small file that holds a secret directly into locked memory.
package enum SecretFile {
    /// Why a file can't be read.
    package enum Failure: Error, Equatable, CustomStringConvertible {
        case system(path: String, errno: Int32)
        case notAFile(path: String)
        case tooLarge(path: String, limit: Int)
        case readableByOthers(path: String, mode: UInt32)

        package var description: String {
            switch self {
            case .system(let path, let errno):
                "\(path): \(String(cString: strerror(errno)))"
            case .notAFile(let path):
                "\(path): not a regular file"
            case .tooLarge(let path, let limit):
                "\(path): larger than \(limit) bytes"
            case .readableByOthers(let path, let mode):
                "\(path): mode \(String(mode, radix: 8)) lets others read it; run: chmod 600 \(path)"
            }
        }
    }

    /// Reads a whole file.
    ///
    /// - Parameters:
    ///   - path: The file; a symbolic link is followed, because systemd's credentials may be links.
    ///   - limit: The largest size in bytes.
    /// - Throws: ``Failure``; a file that other users may read, or the group may write, is refused.
    package static func read(_ path: String, limit: Int) throws -> LockedBytes {
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else { throw Failure.system(path: path, errno: errno) }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0 else { throw Failure.system(path: path, errno: errno) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw Failure.notAFile(path: path) }
        // Group read (0040) is allowed, because systemd's credential files have it through an ACL mask.
        guard status.st_mode & 0o037 == 0 else {
            throw Failure.readableByOthers(path: path, mode: status.st_mode & 0o7777)
        }
        guard status.st_size <= limit else { throw Failure.tooLarge(path: path, limit: limit) }
        let size = Int(status.st_size)
        return try LockedBytes(count: size) { buffer in
            var offset = 0
            while offset < size {
                let count = Glibc.read(file, buffer.baseAddress.map { $0 + offset }, size - offset)
                if count < 0 && errno == EINTR { continue }
                guard count > 0 else { throw Failure.system(path: path, errno: count < 0 ? errno : EIO) }
                offset += count
            }
        }
    }
}
