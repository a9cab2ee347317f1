import Glibc
import Synchronization

/// The time zones of a system: TZif files (RFC 9636), which the package tzdata installs and updates.
///
/// A file is read when its zone is first requested, and again when it was replaced. Foundation's zones are part of the
/// program's libraries and do not follow the system's updates.
package final class ZoneDatabase: Sendable {
    /// This system's zones.
    package static let system = ZoneDatabase(folder: "/usr/share/zoneinfo")

    private let folder: String
    private let cache = Mutex<[String: Entry]>([:])
    /// The size limit, larger than any valid file.
    private static let sizeLimit = 1 << 20

    /// A zone, and the version of the file that it was read from.
    private struct Entry {
        var zone: Zone
        var version: FileVersion
    }

    /// The identity and change time of a file.
    private struct FileVersion: Equatable {
        var device: UInt64
        var inode: UInt64
        var size: Int64
        var seconds: Int
        var nanoseconds: Int

        init?(_ path: String) {
            var status = stat()
            guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
            device = UInt64(status.st_dev)
            inode = UInt64(status.st_ino)
            size = Int64(status.st_size)
            seconds = status.st_mtim.tv_sec
            nanoseconds = status.st_mtim.tv_nsec
        }
    }

    /// Why a zone is not available.
    package enum Failure: Error, Hashable, CustomStringConvertible {
        /// There is no such file, or the name is not valid.
        case unknown(String)
        /// The file is not a readable zone.
        case unreadable(String)

        package var description: String {
            switch self {
            case .unknown(let name): "time zone \(name) does not exist on this system: is the package tzdata installed?"
            case .unreadable(let name): "time zone \(name) can't be read, or counts leap seconds"
            }
        }
    }

    /// - Parameter folder: The folder of the files.
    package init(folder: String) {
        self.folder = folder
    }

    /// Returns a zone; `UTC` needs no file.
    ///
    /// If the file of a known zone is missing or damaged, the zone stays as it was.
    package func zone(named name: String) throws(Failure) -> Zone {
        if name == "UTC" { return .utc }
        guard Self.isName(name) else { throw .unknown(name) }
        let path = "\(folder)/\(name)"
        let version = FileVersion(path)
        let known = cache.withLock { $0[name] }
        if let known, version == nil || known.version == version { return known.zone }
        guard let version else { throw .unknown(name) }
        guard let table = Self.table(path, size: version.size) else {
            if let known { return known.zone }
            throw .unreadable(name)
        }
        let zone = Zone(name: name, table: table)
        cache.withLock { $0[name] = Entry(zone: zone, version: version) }
        return zone
    }

    private static func table(_ path: String, size: Int64) -> OffsetTable? {
        guard (1...Int64(sizeLimit)).contains(size) else { return nil }
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: Int(size))
        var filled = 0
        while filled < bytes.count {
            let count = bytes.withUnsafeMutableBytes { buffer in
                Glibc.read(file, buffer.baseAddress?.advanced(by: filled), buffer.count - filled)
            }
            guard count > 0 else { return nil }
            filled += count
        }
        return try? TZifFile.read(bytes)
    }

    /// Whether a text has the form of a zone name, so that its path stays inside the folder.
    private static func isName(_ text: String) -> Bool {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        return text.utf8.count <= 255
            && parts.allSatisfy { part in
                !part.isEmpty && part != "." && part != ".."
                    && part.utf8.allSatisfy { byte in
                        switch byte {
                        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
                        case UInt8(ascii: "0")...UInt8(ascii: "9"): true
                        default: "_-+.".utf8.contains(byte)
                        }
                    }
            }
    }
}
