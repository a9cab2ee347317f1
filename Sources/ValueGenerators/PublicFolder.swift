import Glibc
import RotationCore

/// The open folder of a public key's file: below a folder of ``FileHost/publicFolders``, and reached from there without
/// a symbolic link.
///
/// All operations use the file's name in the open folder, so that no process can replace the folder meanwhile.
struct PublicFolder: ~Copyable {
    private let folder: Int32
    private let name: String
    private let path: String

    /// Why a public key is not written.
    enum Failure: Error, Hashable, CustomStringConvertible {
        case notBelow(path: String)
        case link(path: String)
        case notAFile(path: String)
        case protected(path: String)
        case foreign(path: String)
        case system(path: String, errno: Int32)

        var description: String {
            switch self {
            case .notBelow(let path): "\(path) is below none of generators.public_folders: name its folder there"
            case .link(let path):
                "\(path): the path contains a symbolic link, or a file where a folder must be"
            case .notAFile(let path): "\(path) is not a regular file"
            case .protected(let path): "\(path) is the daemon's own token, key or history"
            case .foreign(let path):
                "\(path) exists, and was not written by secret-rotator for this secret: move it away, and retry"
            case .system(let path, let errno): "\(path): \(String(cString: strerror(errno)))"
            }
        }

        /// Whether a later try may succeed.
        var isTransient: Bool {
            if case .system(_, let code) = self {
                [ENOSPC, EDQUOT, EMFILE, ENFILE, EINTR, EIO].contains(code)
            } else {
                false
            }
        }
    }

    /// Opens the folder of a file; the file need not exist.
    init(of path: String, _ host: FileHost) throws(Failure) {
        guard host.containsPublic(path), let (start, rest) = host.publicSplits(of: path).first,
            let name = rest.utf8.split(separator: UInt8(ascii: "/")).last.flatMap({ String($0) })
        else { throw .notBelow(path: path) }
        let folder = try Self.open(start, Array(rest.utf8.split(separator: UInt8(ascii: "/")).dropLast()), path)
        guard !PathText.leads("/proc/self/fd/\(folder)/\(name)", toOneOf: host.protected) else {
            close(folder)
            throw .protected(path: path)
        }
        (self.folder, self.name, self.path) = (folder, name, path)
    }

    deinit {
        close(folder)
    }

    private static let flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC

    /// Opens folder by folder; only the first one, which the configuration names, may be a link.
    private static func open(_ start: String, _ names: [Substring.UTF8View], _ path: String) throws(Failure) -> Int32 {
        var folder = Glibc.open(start, flags)
        guard folder >= 0 else { throw .system(path: start, errno: errno) }
        for name in names {
            let next = openat(folder, String(name) ?? "", flags | O_NOFOLLOW)
            let code = errno
            close(folder)
            // O_DIRECTORY reports a link as not a folder.
            guard next >= 0 else {
                throw code == ELOOP || code == ENOTDIR ? .link(path: path) : .system(path: path, errno: code)
            }
            folder = next
        }
        return folder
    }

    // MARK: The file

    /// The largest file in bytes; a public key is much smaller.
    private static let sizeLimit = 64 * 1024

    /// The file's content; nil if there is none.
    ///
    /// - Throws: ``Failure`` for a link, and for a file that can't be a public key's.
    func read() throws(Failure) -> String? {
        var status = stat()
        guard fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else {
            guard errno == ENOENT else { throw .system(path: path, errno: errno) }
            return nil
        }
        try check(status)
        let file = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard file >= 0 else { throw errno == ELOOP ? .link(path: path) : .system(path: path, errno: errno) }
        defer { close(file) }
        guard fstat(file, &status) == 0 else { throw .system(path: path, errno: errno) }
        try check(status)
        var bytes = [UInt8](repeating: 0, count: Self.sizeLimit + 1)
        var count = 0
        while count < bytes.count {
            let length = bytes.withUnsafeMutableBytes {
                Glibc.read(file, $0.baseAddress.map { $0 + count }, $0.count - count)
            }
            if length < 0 && errno == EINTR { continue }
            guard length >= 0 else { throw .system(path: path, errno: errno) }
            if length == 0 { break }
            count += length
        }
        guard count <= Self.sizeLimit, let text = String(validating: bytes[..<count], as: UTF8.self) else {
            throw .foreign(path: path)
        }
        return text
    }

    private func check(_ status: stat) throws(Failure) {
        switch status.st_mode & S_IFMT {
        case S_IFREG: return
        case S_IFLNK: throw .link(path: path)
        default: throw .notAFile(path: path)
        }
    }

    /// Writes the file atomically and durably.
    ///
    /// - Parameters:
    ///   - isNew: Whether the file must not exist: one that was created meanwhile is not replaced.
    ///   - rotation: Names the temporary file; a leftover of a crash is overwritten.
    func write(_ text: String, isNew: Bool, rotation: String) throws(Failure) {
        let draft = Self.draft(rotation)
        unlinkat(folder, draft, 0)
        let file = openat(folder, draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o644)
        guard file >= 0 else { throw .system(path: path, errno: errno) }
        var code = fchmod(file, 0o644) == 0 ? 0 : errno
        if code == 0 { code = Self.write(Array(text.utf8), to: file) }
        if code == 0 && fsync(file) != 0 { code = errno }
        close(file)
        if code == 0 { code = place(draft, isNew: isNew) }
        if isNew || code != 0 { unlinkat(folder, draft, 0) }
        guard code == 0 else { throw code == EEXIST ? .foreign(path: path) : .system(path: path, errno: code) }
        fsync(folder)
    }

    /// Gives the draft the file's name: link(2) never replaces a file, rename(2) replaces it atomically.
    private func place(_ draft: String, isNew: Bool) -> Int32 {
        let result = isNew ? linkat(folder, draft, folder, name, 0) : renameat(folder, draft, folder, name)
        return result == 0 ? 0 : errno
    }

    private static func draft(_ rotation: String) -> String { ".secret-rotator-\(rotation)" }

    private static func write(_ bytes: [UInt8], to file: Int32) -> Int32 {
        var offset = 0
        while offset < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.write(file, $0.baseAddress.map { $0 + offset }, $0.count - offset)
            }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return count == 0 ? EIO : errno }
            offset += count
        }
        return 0
    }

    /// Removes the file.
    func remove() throws(Failure) {
        guard unlinkat(folder, name, 0) == 0 || errno == ENOENT else { throw .system(path: path, errno: errno) }
        fsync(folder)
    }
}
