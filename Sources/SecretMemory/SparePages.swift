import Synchronization

/// A pool of wiped, locked pages, so that the next value needs no system call.
final class SparePages: Sendable {
    static let shared = SparePages()
    /// The largest number of pages: 256 KiB of locked memory with pages of 4 KiB.
    static let limit = 64

    /// Addresses, because a pointer is not `Sendable`.
    private let pages = Mutex<[UInt]>([])

    /// Removes and returns a zeroed page that is locked and excluded from core files and forked children; nil if the
    /// pool is empty.
    func take() -> UnsafeMutableRawPointer? {
        pages.withLock { $0.popLast() }.flatMap(UnsafeMutableRawPointer.init(bitPattern:))
    }

    /// Adds a page to the pool.
    ///
    /// - Parameter page: A wiped page, locked like those that ``take()`` returns.
    /// - Returns: false if the pool is full; then the caller unmaps the page.
    func keep(_ page: UnsafeMutableRawPointer) -> Bool {
        pages.withLock { pages in
            guard pages.count < Self.limit else { return false }
            pages.append(UInt(bitPattern: page))
            return true
        }
    }
}
