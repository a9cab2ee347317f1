import Testing

@testable import Notifications

/// Which addresses are connected to.
struct IPAddressTests {
    private static let refused: [(String, IPAddress.Refusal)] = [
        ("0.0.0.0", .unspecified), ("0.1.2.3", .unspecified), ("::", .unspecified),
        ("169.254.0.1", .linkLocal), ("169.254.169.254", .linkLocal), ("169.254.255.255", .linkLocal),
        ("fe80::1", .linkLocal), ("febf:ffff::1", .linkLocal),
        ("fd00:ec2::254", .metadata), ("fd00:ec2::23", .metadata), ("fd20:ce::254", .metadata),
        ("100.100.100.200", .metadata), ("168.63.129.16", .metadata), ("192.0.0.192", .metadata),
        ("224.0.0.1", .multicast), ("239.255.255.255", .multicast), ("ff02::1", .multicast), ("ff0e::1", .multicast),
        ("240.0.0.1", .reserved), ("255.255.255.255", .reserved), ("64:ff9b:1::a9fe:a9fe", .reserved),
        // IPv6 addresses that lead to IPv4.
        ("::ffff:169.254.169.254", .linkLocal), ("::169.254.169.254", .linkLocal),
        ("::ffff:0:169.254.169.254", .linkLocal),
        ("::ffff:0.0.0.0", .unspecified), ("64:ff9b::169.254.169.254", .linkLocal), ("2002:a9fe:a9fe::1", .linkLocal),
        ("2001:0:a9fe:a9fe::1", .linkLocal), ("2001:0:4136:e378:8000:63bf:5601:5601", .linkLocal),
        ("2001:db8::5efe:169.254.169.254", .linkLocal), ("2001:db8::200:5efe:169.254.169.254", .linkLocal),
        ("::ffff:100.100.100.200", .metadata), ("::ffff:224.0.0.1", .multicast),
    ]

    @Test(arguments: refused)
    func addressIsRefused(text: String, reason: IPAddress.Refusal) throws {
        let address = try #require(IPAddress(text))
        #expect(address.refusal == reason, "\(text) is \(String(describing: address.refusal))")
    }

    private static let allowed = [
        "127.0.0.1", "127.255.0.1", "::1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1", "fd12:3456::1",
        "8.8.8.8", "169.253.255.255", "169.255.0.0", "223.255.255.255", "2001:4860:4860::8888", "fec0::1", "fe00::1",
        "::ffff:10.0.0.1", "64:ff9b::8.8.8.8", "2002:808:808::1", "fd00:ec3::254", "192.0.2.1",
    ]

    @Test(arguments: allowed)
    func addressIsAllowed(text: String) throws {
        let address = try #require(IPAddress(text))
        #expect(address.refusal == nil, "\(text) is \(String(describing: address.refusal))")
    }

    @Test(arguments: ["127.0.0.1", "127.9.8.7", "::1"])
    func loopbackIsKnown(text: String) throws {
        let address = try #require(IPAddress(text))
        #expect(address.isLoopback)
    }

    @Test(arguments: ["128.0.0.1", "::2", "::ffff:127.0.0.1", "10.0.0.1"])
    func anotherAddressIsNoLoopback(text: String) throws {
        let address = try #require(IPAddress(text))
        #expect(!address.isLoopback)
    }

    @Test(arguments: ["", "localhost", "1.2.3", "2130706433", "0x7f.1", "fe80::1%lo", "[::1]", "1.2.3.4 "])
    func otherTextIsNoAddress(text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test(arguments: ["1.2.3.4", "::1", "2001:db8::1", "::ffff:1.2.3.4"])
    func addressIsWrittenAsItIsRead(text: String) {
        #expect(IPAddress(text)?.description == text)
    }

    /// The C library reads numbers in forms that look like names: what it makes of them is judged.
    @Test(arguments: ["2852039166", "0xa9fea9fe", "169.254.43518", "0251.0376.0251.0376"])
    func resolverSeesThroughOtherForms(text: String) async throws {
        let addresses = try await SystemResolver().addresses(of: text)
        #expect(addresses == [IPAddress("169.254.169.254")].compactMap { $0 })
    }
}
