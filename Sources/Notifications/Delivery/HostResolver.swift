import Glibc
import NIOPosix

/// Finds the addresses of a host.
package protocol HostResolver: Sendable {
    /// The addresses, in the order in which they are to be tried; empty for none.
    func addresses(of host: String) async throws -> [IPAddress]
}

/// The system's resolver (getaddrinfo(3)).
package struct SystemResolver: HostResolver {
    package init() {}

    package func addresses(of host: String) async throws -> [IPAddress] {
        // It blocks, so on a thread that may.
        try await NIOThreadPool.singleton.runIfActive { Self.lookUp(host) }
    }

    /// Numbers in any form that the C library takes are addresses, too.
    private static func lookUp(_ host: String) -> [IPAddress] {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var first: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, nil, &hints, &first) == 0 else { return [] }
        defer { freeaddrinfo(first) }
        var addresses: [IPAddress] = []
        var next = first
        while let entry = next {
            if let address = IPAddress(entry.pointee), !addresses.contains(address) { addresses.append(address) }
            next = entry.pointee.ai_next
        }
        return addresses
    }
}

extension IPAddress {
    fileprivate init?(_ info: addrinfo) {
        guard let address = info.ai_addr else { return nil }
        switch info.ai_family {
        case AF_INET:
            var found = address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { $0.pointee.sin_addr }
            self.init(bytes: withUnsafeBytes(of: &found) { Array($0) })
        case AF_INET6:
            var found = address.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { $0.pointee.sin6_addr }
            self.init(bytes: withUnsafeBytes(of: &found) { Array($0) })
        default: return nil
        }
    }
}
