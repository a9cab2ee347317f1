import Foundation
import Glibc

/// A socket like systemd's, which receives datagrams.
final class NotifySocket {
    private let descriptor: Int32

    /// Listens at a path, or at an abstract name that begins with `@`.
    init(_ name: String) throws {
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw POSIXError(.EIO) }
        self.descriptor = descriptor
        let isBound = Self.withAddress(name) { bind(descriptor, $0, $1) == 0 }
        guard isBound else { throw POSIXError(.EADDRNOTAVAIL) }
    }

    /// Runs a closure with the address of a path, or of an abstract name.
    private static func withAddress<T>(_ name: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> T) -> T {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var bytes = Array(name.utf8)
        let isAbstract = bytes.first == UInt8(ascii: "@")
        if isAbstract { bytes[0] = 0 }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let length = MemoryLayout<sa_family_t>.size + bytes.count + (isAbstract ? 0 : 1)
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(length)) }
        }
    }

    /// Sends datagrams to a socket until it takes no more.
    static func fill(_ name: String) throws {
        let sender = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard sender >= 0 else { throw POSIXError(.EIO) }
        defer { close(sender) }
        while withAddress(name, { sendto(sender, "x", 1, Int32(MSG_DONTWAIT), $0, $1) }) == 1 {}
    }

    deinit {
        close(descriptor)
    }

    /// The datagram that is there, as what was sent on this machine is at once; nil for none.
    func receive() -> String? {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
        return count < 0 ? nil : String(decoding: buffer.prefix(count), as: UTF8.self)
    }
}
