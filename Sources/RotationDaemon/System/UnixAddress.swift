import Glibc

/// The address of a Unix socket (unix(7)): a path, or an abstract name, which begins with `@` here and with a zero byte there.
struct UnixAddress: Sendable {
    private let bytes: [UInt8]
    private let isAbstract: Bool

    /// - Returns: nil for a text that is neither, or is too long.
    init?(_ name: String) {
        let bytes = Array(name.utf8)
        let capacity = MemoryLayout.size(ofValue: sockaddr_un().sun_path)
        guard let first = bytes.first, bytes.count < capacity else { return nil }
        isAbstract = first == UInt8(ascii: "@")
        guard isAbstract || first == UInt8(ascii: "/") else { return nil }
        self.bytes = isAbstract ? [0] + bytes.dropFirst() : bytes
    }

    /// Runs a closure with the address and its length.
    func with<T>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> T) -> T {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let length = MemoryLayout<sa_family_t>.size + bytes.count + (isAbstract ? 0 : 1)
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(length)) }
        }
    }
}
