import RotationConfiguration
import TestSupport
import Testing

/// `metrics:` accepts addresses that only this machine can reach.
struct MetricsConfigurationTests {
    private static let local: [(text: String, address: Configuration.ListenAddress)] = [
        ("127.0.0.1:9188", .ipv4(port: 9188)),
        ("127.0.0.1:1", .ipv4(port: 1)), ("127.0.0.1:65535", .ipv4(port: 65_535)),
        ("\"[::1]:9188\"", .ipv6(port: 9188)),
        ("unix:/run/secret-rotator/http.sock", .unix("/run/secret-rotator/http.sock")),
    ]

    @Test(arguments: local)
    func localAddressIsRead(text: String, address: Configuration.ListenAddress) throws {
        let more = "metrics: {listen: \(text)}"
        let configuration = try Configuration.parse(configurationText(more: more), path: file)
        #expect(configuration.metrics == Configuration.Metrics(listen: address))
        #expect(!configuration.metrics.isOff)
    }

    private static let long = "unix:/" + String(repeating: "a", count: 107)

    @Test(arguments: [
        "0.0.0.0:9188", "127.0.0.2:9188", "192.0.2.1:9188", "localhost:9188", "\"[::]:9188\"", "\"[::1]\"",
        "\"::1:9188\"", "127.0.0.1", "127.0.0.1:0", "127.0.0.1:65536", "127.0.0.1:09188", "127.0.0.1:+9",
        "127.0.0.1:9188/x", "\":9188\"", "9188", "unix:http.sock", "\"unix:\"", "unix:@abstract",
        "http://127.0.0.1:9188", long,
    ])
    func otherAddressIsRefused(text: String) {
        let bare = text.replacing("\"", with: "")
        let form = "address of this machine alone: 127.0.0.1:PORT, \"[::1]:PORT\" or unix:/PATH"
        #expect(
            complaints(configurationText(more: "metrics: {listen: \(text)}"))
                == ["test.yaml:8:19: listen: \"\(bare)\" is no \(form)"]
        )
    }

    @Test(arguments: ["", "\ncontrol: /run/c.sock"])
    func controlSocketIsNoAddress(more: String) {
        let path = more.isEmpty ? "/var/lib/control.sock" : "/run/c.sock"
        #expect(
            complaints(configurationText(more: "metrics: {listen: unix:\(path)}\(more)"))
                == ["test.yaml:8:19: listen: is the control socket: give another path"]
        )
    }

    @Test func unknownKeyIsRefused() {
        let said = complaints(configurationText(more: "metrics: {textfil: /m}"))
        #expect(said == ["test.yaml:8:11: unknown key \"textfil\"; did you mean textfile?"])
    }
}
