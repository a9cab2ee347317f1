import CLinux
import Glibc

/// Bytes in their own pages: locked into RAM, excluded from core files and forked children, wiped when released.
///
/// The pages come directly from `mmap`, so no allocator keeps a copy of them. Once made, the bytes never change.
package final class LockedBytes: @unchecked Sendable {
    // Guard of `@unchecked Sendable`: the memory is written only by `init`, before the reference can be shared, and by
    // `deinit`, when there is no other reference.
    private let pages: UnsafeMutableRawBufferPointer
    /// The number of bytes.
    package let count: Int
    /// Whether the kernel keeps the pages in RAM; false where `RLIMIT_MEMLOCK` is used up.
    package let isLocked: Bool

    /// Allocates `count` bytes, and calls a closure that fills them in place.
    ///
    /// - Parameters:
    ///   - count: The number of bytes, 0 or more.
    ///   - fill: Receives the zeroed memory, of exactly `count` bytes.
    /// - Throws: ``MemoryError`` if the kernel has no memory, or the error of `fill`; then all bytes are wiped.
    package init(count: Int, fill: (UnsafeMutableRawBufferPointer) throws -> Void) throws {
        let size = Self.pageAligned(max(count, 1))
        if size == Self.pageSize, let spare = SparePages.shared.take() {
            (pages, self.count, isLocked) = (UnsafeMutableRawBufferPointer(start: spare, count: size), count, true)
            try fill(UnsafeMutableRawBufferPointer(rebasing: pages[0..<count]))
            return
        }
        let protection = PROT_READ | PROT_WRITE
        guard let base = mmap(nil, size, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), base != MAP_FAILED else {
            throw MemoryError(errno: errno)
        }
        pages = UnsafeMutableRawBufferPointer(start: base, count: size)
        self.count = count
        isLocked = mlock(base, size) == 0
        madvise(base, size, Int32(MADV_DONTDUMP))
        madvise(base, size, Int32(MADV_WIPEONFORK))
        // If `fill` throws, `deinit` runs, because all properties are set: it wipes and unmaps the pages.
        try fill(UnsafeMutableRawBufferPointer(rebasing: pages[0..<count]))
    }

    /// Copies bytes; the caller wipes the source.
    package convenience init(copying bytes: UnsafeRawBufferPointer) throws {
        try self.init(count: bytes.count) { $0.copyMemory(from: bytes) }
    }

    deinit {
        guard let base = pages.baseAddress else { return }
        explicit_bzero(base, pages.count)
        if isLocked, pages.count == Self.pageSize, SparePages.shared.keep(base) { return }
        munlock(base, pages.count)
        munmap(base, pages.count)
    }

    /// Calls a closure with the bytes; the pointer is invalid afterwards.
    package func withBytes<T>(_ body: (UnsafeRawBufferPointer) throws -> T) rethrows -> T {
        try body(UnsafeRawBufferPointer(rebasing: pages[0..<count]))
    }

    private static let pageSize = sysconf(Int32(_SC_PAGESIZE))

    private static func pageAligned(_ count: Int) -> Int {
        (count + pageSize - 1) / pageSize * pageSize
    }
}

/// The kernel gave no memory for a secret.
package struct MemoryError: Error, CustomStringConvertible {
    /// The `errno` of `mmap`.
    package var errno: Int32

    package var description: String {
        "no memory for a secret: \(String(cString: strerror(errno)))"
    }
}
