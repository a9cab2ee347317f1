import Glibc
import Synchronization
import Testing

/// Counts how often a file is opened, by whomever.
final class OpenWatch: Sendable {
    private let descriptor: Int32
    private let seen = Mutex(0)
    /// The bytes of an event about a file that is watched itself, inotify(7).
    private static let eventSize = 16

    init(_ path: String) throws {
        descriptor = inotify_init1(Int32(IN_NONBLOCK) | Int32(IN_CLOEXEC))
        try #require(descriptor >= 0)
        try #require(inotify_add_watch(descriptor, path, UInt32(IN_OPEN)) >= 0)
    }

    deinit {
        close(descriptor)
    }

    /// How often it was opened since the watch began; two times at once may count as one.
    var count: Int {
        seen.withLock { seen in
            var buffer = [UInt8](repeating: 0, count: 4096)
            while true {
                let size = read(descriptor, &buffer, buffer.count)
                guard size > 0 else { return seen }
                seen += size / Self.eventSize
            }
        }
    }
}
