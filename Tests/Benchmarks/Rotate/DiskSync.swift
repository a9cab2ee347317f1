import ArgumentParser
import Foundation
import SystemPackage

/// What the disk itself takes to make a write durable.
enum DiskSync {
    private static let writes = 200

    /// The median time of an fdatasync(2) after 4 KiB were appended to a file of a folder.
    static func median(in folder: String) throws -> Duration {
        let path = "\(folder)/disk-sync"
        let file = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw ValidationError("\(path): \(Errno(rawValue: errno))") }
        defer {
            close(file)
            unlink(path)
        }
        let page = [UInt8](repeating: 1, count: 4096)
        let times = try (0..<writes).map { _ in
            guard write(file, page, page.count) == page.count else {
                throw ValidationError("\(path): \(Errno(rawValue: errno))")
            }
            let start = ContinuousClock.now
            guard fdatasync(file) == 0 else { throw ValidationError("\(path): \(Errno(rawValue: errno))") }
            return ContinuousClock.now - start
        }
        return times.sorted()[times.count / 2]
    }
}
