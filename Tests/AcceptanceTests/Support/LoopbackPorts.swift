import Glibc
import Synchronization
import Testing

/// Ports on loopback for servers that choose none themselves: each is handed out once.
///
/// They lie below the range from which Linux takes ports of outgoing connections (32,768 and up, ip(7)): a port from that
/// range may be taken by another test's connection before the server listens.
enum LoopbackPorts {
    private static let range = UInt16(20_000)..<32_000
    /// Another process of tests begins elsewhere.
    private static let position = Mutex(Int(getpid()) &* 97 % range.count)

    /// The next port on which nothing listens.
    static func next() throws -> Int {
        for _ in range {
            let port = position.withLock { position in
                position = (position + 1) % range.count
                return range[range.startIndex + UInt16(position)]
            }
            if try isFree(port) { return Int(port) }
        }
        throw NoPort()
    }

    private struct NoPort: Error {}

    private static func isFree(_ port: UInt16) throws -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
        address.sin_port = port.bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}
