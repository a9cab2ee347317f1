import CLinux
import Glibc
import RotationCore
import SecretMemory

/// An open file below one of the folders of a ``FileHost``; no link on its path leads out of the folder.
///
/// The path is walked name by name with each folder held open, so that no process can insert a link between a check and
/// the opening.
struct ConfinedFile: ~Copyable {
    private let descriptor: Int32
    private let status: stat
    private let path: String

    /// Why a file is not read.
    enum Failure: Error, Hashable, CustomStringConvertible {
        case notBelow(path: String)
        case leadsOut(path: String, folder: String)
        case system(path: String, errno: Int32)
        case notAFile(path: String)
        case writable(path: String)
        case tooLarge(path: String)
        case protected(path: String)
        case changing(path: String)

        var description: String {
            switch self {
            case .notBelow(let path): "\(path) is below none of generators.file_folders"
            case .leadsOut(let path, let folder):
                "\(path) leads out of \(folder): a link on the way is absolute, or has too many dots"
            case .system(let path, let errno): "\(path): \(String(cString: strerror(errno)))"
            case .notAFile(let path): "\(path) is not a regular file"
            case .writable(let path): "\(path) can be written by all users: chmod o-w \(path)"
            case .tooLarge(let path): "\(path) is larger than \(sizeLimit / 1024) KiB"
            case .changing(let path): "\(path) is being written"
            case .protected(let path): "\(path) is the daemon's own token, key or history"
            }
        }
    }

    /// The largest file in bytes; the longest value, with four bytes a character, fits.
    private static let sizeLimit = 256 * 1024

    init(_ path: String, _ host: FileHost) throws(Failure) {
        let file = try Self.open(path, host)
        var status = stat()
        do throws(Failure) {
            guard fstat(file, &status) == 0 else { throw .system(path: path, errno: errno) }
            try Self.check(file, status, path, host)
        } catch {
            close(file)
            throw error
        }
        (descriptor, self.status, self.path) = (file, status, path)
    }

    /// Opens a path below the first folder that contains it.
    private static func open(_ path: String, _ host: FileHost) throws(Failure) -> Int32 {
        var failure = Failure.notBelow(path: path)
        for (folder, rest) in host.splits(of: path) {
            var file: Int32 = -1
            let error = clinux_open_beneath(folder, rest, &file)
            if error == 0 { return file }
            guard error == EXDEV else { throw .system(path: path, errno: error) }
            failure = .leadsOut(path: path, folder: folder)
        }
        throw failure
    }

    deinit {
        close(descriptor)
    }

    private static func check(_ file: Int32, _ status: stat, _ path: String, _ host: FileHost) throws(Failure) {
        guard status.st_mode & S_IFMT == S_IFREG else { throw .notAFile(path: path) }
        guard status.st_mode & 0o002 == 0 else { throw .writable(path: path) }
        guard !host.protected.contains(where: { isSame($0, as: status) }),
            !PathText.leads("/proc/self/fd/\(file)", toOneOf: host.protected)
        else { throw .protected(path: path) }
    }

    /// Whether a path leads to the same file; a hard link (link(2)) is the same file.
    private static func isSame(_ path: String, as status: stat) -> Bool {
        var other = stat()
        return stat(path, &other) == 0 && other.st_dev == status.st_dev && other.st_ino == status.st_ino
    }

    /// Values that differ whenever the content may have changed.
    var signature: [Int64] { Self.signature(of: status) }

    private static func signature(of status: stat) -> [Int64] {
        [
            Int64(bitPattern: UInt64(status.st_dev)), Int64(bitPattern: UInt64(status.st_ino)), Int64(status.st_size),
            Int64(status.st_mtim.tv_sec), Int64(status.st_mtim.tv_nsec), Int64(status.st_ctim.tv_sec),
            Int64(status.st_ctim.tv_nsec),
        ]
    }

    /// Reads the content into locked memory.
    func read() throws -> LockedBytes {
        guard status.st_size <= Self.sizeLimit else { throw Failure.tooLarge(path: path) }
        let size = Int(status.st_size)
        let bytes = try LockedBytes(count: size) { buffer in
            var offset = 0
            while offset < size {
                let count = Glibc.read(descriptor, buffer.baseAddress.map { $0 + offset }, size - offset)
                if count < 0 && errno == EINTR { continue }
                guard count != 0 else { throw Failure.changing(path: path) }
                guard count > 0 else { throw Failure.system(path: path, errno: errno) }
                offset += count
            }
        }
        var after = stat()
        guard fstat(descriptor, &after) == 0, Self.signature(of: after) == signature else {
            throw Failure.changing(path: path)
        }
        return bytes
    }
}
