import Synchronization

/// Locked pages that were wiped and wait for the next value, which then needs no call of the kernel.
final class SparePages: Sendable {
    static let shared = SparePages()
    /// How many are kept at most: 256 KiB of locked memory, where pages have 4 KiB.
    static let limit = 64

    /// Addresses, as a pointer is not `Sendable`.
    private let pages = Mutex<[UInt]>([])

    /// A page of zeros that is locked and left out of core files and forked children; nil where none is spare.
    func take() -> UnsafeMutableRawPointer? {
        pages.withLock { $0.popLast() }.flatMap(UnsafeMutableRawPointer.init(bitPattern:))
    }

    /// Keeps a page for the next value.
    ///
    /// - Parameter page: Wiped, and locked as it is handed out.
    /// - Returns: false where enough are spare: the caller gives it back.
    func keep(_ page: UnsafeMutableRawPointer) -> Bool {
        pages.withLock { pages in
            guard pages.count < Self.limit else { return false }
            pages.append(UInt(bitPattern: page))
            return true
        }
    }
}
