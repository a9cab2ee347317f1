import Glibc

/// An address of the Internet Protocol, to judge whether the daemon may connect to it.
package struct IPAddress: Hashable, Sendable, CustomStringConvertible {
    /// 4 or 16 bytes.
    package let bytes: [UInt8]

    init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Reads `192.0.2.1` or `2001:db8::1`; nil for all else.
    package init?(_ text: String) {
        var (v4, v6) = (in_addr(), in6_addr())
        if inet_pton(AF_INET, text, &v4) == 1 {
            bytes = withUnsafeBytes(of: &v4) { Array($0) }
        } else if inet_pton(AF_INET6, text, &v6) == 1 {
            bytes = withUnsafeBytes(of: &v6) { Array($0) }
        } else {
            return nil
        }
    }

    package var description: String {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let family = bytes.count == 4 ? AF_INET : AF_INET6
        guard inet_ntop(family, bytes, &text, socklen_t(text.count)) != nil else { return "" }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Whether it is this machine's own.
    package var isLoopback: Bool {
        bytes.count == 4 ? bytes[0] == 127 : bytes == Array(repeating: 0, count: 15) + [1]
    }
}

extension IPAddress {
    /// Why no connection to an address is made: it may give away what others must not see, or is no single host's.
    package enum Refusal: String, Sendable, CaseIterable {
        case unspecified
        case linkLocal = "link-local"
        case metadata
        case multicast
        case reserved
    }

    /// Why the address is refused; nil if it is not.
    ///
    /// Private networks are not.
    package var refusal: Refusal? { bytes.count == 4 ? refusalOf4 : refusalOf6 }

    /// Addresses of cloud metadata services outside of the link-local range.
    private static let metadata = ["100.100.100.200", "168.63.129.16", "192.0.0.192", "fd20:ce::254"].compactMap {
        IPAddress($0)
    }

    private var refusalOf4: Refusal? {
        if Self.metadata.contains(self) { return .metadata }
        switch (bytes[0], bytes[1]) {
        case (0, _): return .unspecified
        case (169, 254): return .linkLocal
        case (224...239, _): return .multicast
        case (240...255, _): return .reserved
        default: return nil
        }
    }

    private var refusalOf6: Refusal? {
        // AWS's fd00:ec2::254 and its neighbours.
        if Self.metadata.contains(self) || bytes.starts(with: [0xFD, 0x00, 0x0E, 0xC2]) { return .metadata }
        if bytes[0] == 0xFF { return .multicast }
        if bytes[0] == 0xFE, bytes[1] & 0xC0 == 0x80 { return .linkLocal }
        if bytes.allSatisfy({ $0 == 0 }) { return .unspecified }
        if isLoopback { return nil }
        // NAT64 of a local prefix: which IPv4 address it leads to is not known.
        if bytes.starts(with: [0x00, 0x64, 0xFF, 0x9B, 0x00, 0x01]) { return .reserved }
        return embedded.lazy.compactMap(\.refusal).first
    }

    /// The IPv4 addresses that a packet to this one may reach.
    private var embedded: [IPAddress] {
        let v4 = { (range: Range<Int>) in IPAddress(bytes: Array(bytes[range])) }
        let zeros = { (count: Int) in bytes.prefix(count).allSatisfy { $0 == 0 } }
        // Mapped (::ffff:0:0/96), translated (::ffff:0:0:0/96) and compatible (::/96) addresses.
        if zeros(10), bytes[10] == bytes[11], [0, 0xFF].contains(bytes[10]) { return [v4(12..<16)] }
        if zeros(8), bytes[8...11].elementsEqual([0xFF, 0xFF, 0, 0]) { return [v4(12..<16)] }
        // NAT64 (64:ff9b::/96), 6to4 (2002::/16), Teredo (2001::/32), ISATAP.
        if bytes.starts(with: [0x00, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0]) { return [v4(12..<16)] }
        if bytes.starts(with: [0x20, 0x02]) { return [v4(2..<6)] }
        if bytes.starts(with: [0x20, 0x01, 0, 0]) {
            return [v4(4..<8), IPAddress(bytes: bytes[12..<16].map { ~$0 })]
        }
        if bytes[9] == 0, bytes[10] == 0x5E, bytes[11] == 0xFE { return [v4(12..<16)] }
        return []
    }
}
